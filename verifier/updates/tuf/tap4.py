"""Several repositories must agree on a file's length and hashes: vendor, assurer, rebuilder, each a party of its own.

    rules in order ─► the first for this path ─► each of its repositories is asked
        enough parties say the same, and nobody as many say another        Agreement
        too few, since repositories contradict one another                 update.disagreement
        too few, since one was refused or did not answer                   its own reason
        too few, since they do not list it       the next rule for this path; none, or a terminating one: its reason

What is counted are parties, and never repositories or keys: two of one group are one voice, and groups that one key
speaks for are no two parties.

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


class Agreement(Struct, frozen=True):
    """What enough parties say of a path. `others` did not join them, and why is said of each."""

    path: str
    listings: tuple[Listing, ...]
    parties: tuple[str, ...]
    others: tuple[Refused, ...]

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The hashes that the file is measured by: each that any of them lists, and that is compared."""
        return tuple(name for name in HASHES if any(name in each.found.file.hashes for each in self.listings))

    @property
    def length(self) -> int:
        """The length in bytes that all of them list."""
        return self.listings[0].found.file.length

    def check(self, length: int, digests: Mapping[str, str]) -> None:
        """Prove of a file so measured (bytes, hex) that it is the one that each of them lists.

        Raises:
            UpdateFault: ``update.inconsistent``.
        """
        for listing in self.listings:
            check_measured(length, digests, listing.found.file, self.path)


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
    listings = [answer for answer in answers if isinstance(answer, Listing)]
    refused = tuple(answer for answer in answers if isinstance(answer, Refused))
    _check_apart(listings, repositories)
    enough = [each for each in _same(listings) if _parties(each, repositories) >= rule.threshold]
    joined = tuple(each for each in listings if any(each in same for same in enough))
    if not enough:
        _explain(path, rule, listings, refused)
        return None
    for one, other in itertools.combinations(joined, 2):
        if not agree(one.found.file, other.found.file):
            raise _disagreement(path, joined)
    outvoted = tuple(Refused(each.repository, _disagreement(path, (each,))) for each in listings if each not in joined)
    parties = tuple(dict.fromkeys(repositories.groups[each.repository] for each in joined))
    return Agreement(path, joined, parties, refused + outvoted)


def _same(listings: list[Listing]) -> Iterator[list[Listing]]:
    """Those who say the same, by one hash after the other: what they say of other hashes is compared afterwards."""
    for algorithm in HASHES:
        said: dict[tuple[int, str], list[Listing]] = {}
        for listing in listings:
            file = listing.found.file
            if algorithm in file.hashes:
                said.setdefault((file.length, file.hashes[algorithm]), []).append(listing)
        yield from said.values()


def agree(one: TargetFile, other: TargetFile) -> bool:
    """Whether nothing that both say is contradicted: the length, and each hash that both have."""
    common = [algorithm for algorithm in HASHES if algorithm in one.hashes and algorithm in other.hashes]
    return one.length == other.length and all(one.hashes[name] == other.hashes[name] for name in common)


def _parties(listings: list[Listing], repositories: RepositoryMap) -> int:
    return len({repositories.groups[listing.repository] for listing in listings})


def _check_apart(listings: list[Listing], repositories: RepositoryMap) -> None:
    """No key speaks for two parties."""
    for one, other in itertools.combinations(listings, 2):
        groups = [repositories.groups[each.repository] for each in (one, other)]
        shared = sorted(one.keys & other.keys)
        if shared and groups[0] != groups[1]:
            detail = f"one key speaks for {one.repository} and for {other.repository}: they are no two parties"
            raise UpdateFault("update.shared_key", detail, expected="keys of their own", actual=shared[0])


def _explain(path: str, rule: Rule, listings: list[Listing], refused: tuple[Refused, ...]) -> None:
    """Why too few agree, if it is anything but silence.

    Raises:
        UpdateFault: ``update.disagreement``, and what a repository was refused for.
    """
    if any(not agree(one.found.file, other.found.file) for one, other in itertools.combinations(listings, 2)):
        raise _disagreement(path, tuple(listings), rule)
    for each in refused:
        if each.fault.reason != "update.target_unknown":
            raise each.fault


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
