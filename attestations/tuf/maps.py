"""A map of repositories: which of them must agree on which paths, and whose they are.

    {
      "repositories": {"vendor": ["https://updates.example/"], "assurer": ["https://assured.example/"]},
      "mapping": [
        {"paths": ["*"], "repositories": ["vendor", "assurer"], "threshold": 2, "terminating": true}
      ],
      "groups": {"the vendor": ["vendor"], "the assurer": ["assurer"]}
    }

`groups` is a member of ours, which other readers pass over: whoever runs two repositories is one party all the same.
Without it each repository is a party of its own. `engines` is another: with 2, a second client must come to the same of
each repository that is relied on. The file is the client's, and no repository ever serves it.

Spec: TAP 4, https://github.com/theupdateframework/taps/blob/master/tap4.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from ..limits import DEFAULT_LIMITS, Limits
from ..strict_json import Node, loads

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""Of a repository: it becomes the name of a directory, and no other reading of it is possible."""

_MEMBERS = frozenset({"repositories", "mapping", "groups", "engines"})
_RULE_MEMBERS = frozenset({"paths", "repositories", "threshold", "terminating"})


ENGINES = (1, 2)
"""Clients there are: ours, and one other."""

MOST = 12
"""Repositories in a rule: who is a party of its own is found out by looking at every set of them."""


class Rule(Struct, frozen=True):
    """For the paths that match one of `paths`: how many parties out of `repositories` must agree.

    `terminating`: where none of these lists a path, no later rule is looked at.
    """

    paths: tuple[str, ...]
    repositories: tuple[str, ...]
    threshold: int
    terminating: bool


class RepositoryMap(Struct, frozen=True):
    """Addresses of each repository, in the order in which they are asked; rules in order; each repository's party.

    `engines` is how many clients must come to the same, one or two.
    """

    repositories: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    groups: Mapping[str, str]
    engines: int = 1


def parse_map(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> RepositoryMap:
    """Read a map file.

    Raises:
        FormatFault: ``json.*``, ``tuf.map``.
        LimitFault: ``limit.policy``, ``limit.depth``.
    """
    limits.check("policy", len(data))
    root = Node(loads(data, source=source, limits=limits), source)
    _only(root, _MEMBERS)
    repositories = {name: _addresses(name, node) for name, node in root.field("repositories").members()}
    groups = _groups(root.get("groups"), repositories)
    rules = tuple(_rule(node, groups) for node in root.field("mapping").items())
    if not rules:
        raise root.field("mapping").fault("tuf.map", "no rule: nothing could ever be agreed on")
    return RepositoryMap(repositories, rules, groups, _engines(root.get("engines")))


def _engines(node: Node | None) -> int:
    if node is None:
        return 1
    if node.integer() not in ENGINES:
        raise node.fault("tuf.map", "no such number of clients can be asked", expected="1 or 2")
    return node.integer()


def _only(node: Node, known: frozenset[str]) -> None:
    """A member that is not known might ask for more than is done: none is passed over in a file of the client's own."""
    for name in node.object():
        if name not in known:
            raise node.fault("tuf.map", f"a member that is not known: {name[:80]!r}", expected=", ".join(sorted(known)))


def _addresses(name: str, node: Node) -> tuple[str, ...]:
    if not _NAME.fullmatch(name):
        raise node.fault("tuf.map", "not a repository's name", expected="letters, digits, ._-: 64 at most")
    addresses = tuple(item.text() for item in node.items())
    if not addresses:
        raise node.fault("tuf.map", "no address", expected="at least one")
    for address in addresses:
        if not address.startswith(("https://", "file:")):
            raise node.fault("tuf.map", f"not an address that is asked: {address[:80]}", expected="https:// or file:")
    return addresses


def _groups(node: Node | None, repositories: Mapping[str, object]) -> dict[str, str]:
    """The party of each repository."""
    if node is None:
        return {name: name for name in repositories}
    groups: dict[str, str] = {}
    for group, members in node.members():
        for member in _known(members, repositories):
            if member in groups:
                raise members.fault("tuf.map", f"{member} is in two groups", expected="one party each")
            groups[member] = group
    for name in repositories:
        if name not in groups:
            raise node.fault("tuf.map", f"{name} is in no group", expected="each repository in one")
    return groups


def _rule(node: Node, groups: Mapping[str, str]) -> Rule:
    _only(node, _RULE_MEMBERS)
    paths = tuple(item.text() for item in node.field("paths").items())
    repositories = _known(node.field("repositories"), groups)
    threshold = node.field("threshold")
    parties = len({groups[name] for name in repositories})
    if len(repositories) > MOST:
        raise node.field("repositories").fault("tuf.map", "too many repositories in a rule", expected=f"at most {MOST}")
    if not paths:
        raise node.field("paths").fault("tuf.map", "no path")
    if not 1 <= threshold.integer() <= parties:
        raise threshold.fault("tuf.map", "no such number of parties can agree", expected=f"1 to {parties}")
    return Rule(paths, repositories, threshold.integer(), node.field("terminating").boolean())


def _known(node: Node, repositories: Mapping[str, object]) -> tuple[str, ...]:
    names = tuple(item.text() for item in node.items())
    if len(set(names)) != len(names):
        raise node.fault("tuf.map", "one repository twice", expected="each once")
    for name in names:
        if name not in repositories:
            raise node.fault("tuf.map", f"no repository is called {name[:80]!r}")
    return names
