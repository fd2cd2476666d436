"""Several repositories must agree on a file's length and hashes: vendor, assurer, rebuilder, each a party of its own.

    rules in order ─► the first for this path ─► each of its repositories is asked
        enough parties say the same, and nobody as many say another        Agreement
        too few, since repositories contradict one another                 update.disagreement
        too few, since one was refused or did not answer                   its own reason
        too few, since they do not list it       the next rule for this path; none, or a terminating one: its reason

What is counted are parties, and never repositories or keys: two of one group are one voice, and groups that one key
speaks for are no two parties. A party may say of itself what it likes: others who agree without it agree still, even
where it lists their keys as its own, or their hash beside one that is not the file's.

Only silence leads to the next rule. TAP 4 would also go on where repositories contradict one another or fail: whoever
breaks one of them, or keeps one from answering, would so choose the weaker rule.

Spec: TAP 4, https://github.com/theupdateframework/taps/blob/master/tap4.md, "Searching for Files on Multiple
Repositories"
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from attestations.faults import Fault
from attestations.tuf.documents import TargetFile
from attestations.tuf.maps import RepositoryMap, Rule

from ...faults import UpdateFault
from .client import Found, Session
from .delegations import matches
from .thresholds import fingerprints
from .trusted import HASHES, TOP, check_measured

_SHOWN = 80


class Listing(Struct, frozen=True):
    """What one repository says of a path: `keys` are the fingerprints of all keys that could have it say so."""

    repository: str
    found: Found
    keys: frozenset[str]


class Refused(Struct, frozen=True):
    """A repository that could not be followed, or has no word on the path, and why."""

    repository: str
    fault: Fault


Answer = Listing | Refused
Ask = Callable[[str], Answer]


class _Said(Struct, frozen=True):
    """A file by one of its hashes."""

    length: int
    algorithm: str
    value: str


class Agreement(Struct, frozen=True):
    """What enough parties say of a path: `file` is what they say the same of. `others` did not join them, and why.

    `groups` has the party of each repository, and `threshold` how many must list the very bytes.
    """

    path: str
    file: TargetFile
    threshold: int
    groups: Mapping[str, str]
    listings: tuple[Listing, ...]
    others: tuple[Refused, ...]

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The hashes that the file is measured by: each that any of them lists, and that is compared."""
        return tuple(name for name in HASHES if any(name in each.found.file.hashes for each in self.listings))

    @property
    def parties(self) -> tuple[str, ...]:
        """Who agrees."""
        return tuple(dict.fromkeys(self.groups[each.repository] for each in self.listings))

    def check(self, length: int, digests: Mapping[str, str]) -> None:
        """Prove of a file so measured (bytes, hex) that enough parties list it, by every hash that they give.

        Raises:
            UpdateFault: ``update.inconsistent``.
        """
        check_measured(length, digests, self.file, self.path)
        measured = TargetFile(length, digests)
        exactly = [each for each in self.listings if agree(each.found.file, measured)]
        if _apart(exactly, self.groups) < self.threshold:
            detail = f"these bytes of {self.path[:_SHOWN]} are listed by too few of the parties that seemed to agree"
            listed = ", ".join(each.repository for each in exactly)
            raise UpdateFault("update.inconsistent", detail, expected=f"{self.threshold} parties", actual=listed)


def listing_of(repository: str, session: Session, found: Found) -> Listing:
    """What `repository` says, with the keys that could have it say so."""
    root = session.trusted.root
    keys = (fingerprints(root.roles[role], root.keys) for role in ("root", TOP))
    return Listing(repository, found, found.signers.union(*keys))


def search(repositories: RepositoryMap, path: str, ask: Ask) -> Agreement:
    """What enough parties say of `path`; `ask` gives what a repository says, and is called for those of a rule alone.

    Raises:
        UpdateFault: ``update.disagreement``, ``update.shared_key``, ``update.unconfirmed``, ``update.target_unknown``,
            ``update.unmapped``; and what a repository was refused for, where too few are left.
    """
    silence = UpdateFault("update.unmapped", "no rule of the map is for this path", actual=path[:_SHOWN])
    for rule in rules_for(repositories, path):
        answers = tuple(map(ask, rule.repositories))
        agreed = _agreed(path, rule, answers, repositories)
        if agreed is not None:
            return agreed
        silence = _silence(path, rule, answers)
        if rule.terminating:
            break
    raise silence


def rules_for(repositories: RepositoryMap, path: str) -> Iterator[Rule]:
    """The rules for `path`, in order. A lone ``*`` is for every path; else each segment matches by itself."""
    for rule in repositories.rules:
        if any(pattern == "*" or matches(path, pattern) for pattern in rule.paths):
            yield rule


def _agreed(path: str, rule: Rule, answers: tuple[Answer, ...], repositories: RepositoryMap) -> Agreement | None:
    """The agreement under `rule`; None where too few list the path and nothing else is wrong."""
    groups = repositories.groups
    listings = [answer for answer in answers if isinstance(answer, Listing)]
    refused = tuple(answer for answer in answers if isinstance(answer, Refused))
    enough = {said: those for said, those in _same(listings).items() if _apart(those, groups) >= rule.threshold}
    if not enough:
        _explain(path, rule, listings, refused, groups)
        return None
    lengths, hashes = {said.length for said in enough}, {said.algorithm: said.value for said in enough}
    file = TargetFile(min(lengths), hashes)
    said_so = [each for those in enough.values() for each in those]
    joined = tuple(each for each in listings if each in said_so and agree(each.found.file, file))
    if len(lengths) != 1 or len(hashes) != len(enough) or _apart(list(joined), groups) < rule.threshold:
        raise _disagreement(path, tuple(listings))
    outvoted = tuple(Refused(each.repository, _disagreement(path, (each,))) for each in listings if each not in joined)
    return Agreement(path, file, rule.threshold, groups, joined, refused + outvoted)


def _same(listings: list[Listing]) -> dict[_Said, list[Listing]]:
    """Those who say the same, by one hash after the other."""
    said: dict[_Said, list[Listing]] = {}
    for algorithm in HASHES:
        for listing in listings:
            file = listing.found.file
            if algorithm in file.hashes:
                said.setdefault(_Said(file.length, algorithm, file.hashes[algorithm]), []).append(listing)
    return said


def _apart(listings: list[Listing], groups: Mapping[str, str]) -> int:
    """How many parties these are: the most of them that are of different groups and that no key has in common."""
    if not listings:
        return 0
    first, *rest = listings
    others = [each for each in rest if not _one_party(first, each, groups)]
    if len(others) == len(rest):
        return 1 + _apart(rest, groups)
    return max(1 + _apart(others, groups), _apart(rest, groups))


def _one_party(one: Listing, other: Listing, groups: Mapping[str, str]) -> bool:
    return groups[one.repository] == groups[other.repository] or not one.keys.isdisjoint(other.keys)


def agree(one: TargetFile, other: TargetFile) -> bool:
    """Whether nothing that both say is contradicted: the length, and each hash that both have."""
    common = [algorithm for algorithm in HASHES if algorithm in one.hashes and algorithm in other.hashes]
    return one.length == other.length and all(one.hashes[name] == other.hashes[name] for name in common)


def _explain(
    path: str, rule: Rule, listings: list[Listing], refused: tuple[Refused, ...], groups: Mapping[str, str]
) -> None:
    """Why too few agree, if it is anything but silence.

    Raises:
        UpdateFault: ``update.shared_key``, ``update.disagreement``, and what a repository was refused for.
    """
    for those in _same(listings).values():
        if len({groups[each.repository] for each in those}) >= rule.threshold:
            raise _shared(those, groups)
    if any(not agree(one.found.file, other.found.file) for one, other in itertools.combinations(listings, 2)):
        raise _disagreement(path, tuple(listings), rule)
    for each in refused:
        if each.fault.reason != "update.target_unknown":
            raise each.fault


def _shared(listings: list[Listing], groups: Mapping[str, str]) -> UpdateFault:
    """One key speaks for two groups, so that too few are left that are parties of their own."""
    for one, other in itertools.combinations(listings, 2):
        shared = sorted(one.keys & other.keys)
        if shared and groups[one.repository] != groups[other.repository]:
            detail = f"one key speaks for {one.repository} and for {other.repository}: they are no two parties"
            return UpdateFault("update.shared_key", detail, expected="keys of their own", actual=shared[0])
    raise AssertionError("parties that share no key are counted apart")


def _silence(path: str, rule: Rule, answers: tuple[Answer, ...]) -> UpdateFault:
    listed = [answer.repository for answer in answers if isinstance(answer, Listing)]
    if not listed:
        detail = "no repository that the map names for this path lists it"
        return UpdateFault("update.target_unknown", detail, actual=path[:_SHOWN])
    return UpdateFault(
        "update.unconfirmed",
        f"{path[:_SHOWN]} is listed by too few parties",
        expected=f"{rule.threshold} parties out of {', '.join(rule.repositories)}",
        actual=", ".join(listed),
    )


def _disagreement(path: str, listings: tuple[Listing, ...], rule: Rule | None = None) -> UpdateFault:
    said = (f"{each.repository}: {_said(each.found.file)}" for each in listings)
    expected = f"{rule.threshold} parties that say the same" if rule is not None else "what the others say"
    detail = f"repositories say different things of {path[:_SHOWN]}"
    return UpdateFault("update.disagreement", detail, expected=expected, actual="; ".join(said))


def _said(file: TargetFile) -> str:
    known = (f"{name}:{file.hashes[name][:_SHOWN]}" for name in HASHES if name in file.hashes)
    return f"{file.length} bytes, {next(known, 'no hash that is compared')}"
