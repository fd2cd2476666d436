"""Every small world of three repositories: whatever each of them says, and however they are grouped and counted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from attestations.tuf.documents import TargetFile
from attestations.tuf.maps import RepositoryMap, Rule
from verifier.faults import UpdateFault
from verifier.updates.tuf.client import Found
from verifier.updates.tuf.tap4 import Agreement, Answer, Listing, Refused, agree, search
from verifier.updates.tuf.trusted import HASHES

NAMES = ("one", "two", "three")
FILES = {
    "good": {"sha256": "a1", "sha384": "a2", "sha512": "a3"},
    "bad": {"sha256": "b1", "sha384": "b2", "sha512": "b3"},
}
SAYS = ("good256", "good512", "good256+512", "bad256", "bad512", "mixed", "silent", "failing")
GROUPINGS = (("x", "y", "z"), ("x", "x", "y"), ("x", "x", "x"))


def said(name: str, word: str) -> Answer:
    """The answer of a repository; ``mixed`` lists one file by one hash and another by another."""
    if word in ("silent", "failing"):
        reason = "update.target_unknown" if word == "silent" else "update.expired"
        return Refused(name, UpdateFault(reason, word))
    hashes = {
        "good256": {"sha256": "a1"},
        "good512": {"sha512": "a3"},
        "good256+512": {"sha256": "a1", "sha512": "a3"},
        "bad256": {"sha256": "b1"},
        "bad512": {"sha512": "b3"},
        "mixed": {"sha256": "a1", "sha512": "b3"},
    }[word]
    return Listing(name, Found("f", TargetFile(1, hashes), "targets", frozenset()), frozenset({name}))


def worlds() -> Iterator[tuple[tuple[str, ...], tuple[str, ...], int]]:
    for words in itertools.product(SAYS, repeat=len(NAMES)):
        for groups in GROUPINGS:
            for threshold in range(1, len(set(groups)) + 1):
                yield words, groups, threshold


def outcome(words: tuple[str, ...], groups: tuple[str, ...], threshold: int) -> Agreement | str:
    rule = Rule(("*",), NAMES, threshold, terminating=True)
    repositories = RepositoryMap(dict.fromkeys(NAMES, ("file:x",)), (rule,), dict(zip(NAMES, groups, strict=True)))
    answers = {name: said(name, word) for name, word in zip(NAMES, words, strict=True)}
    try:
        return search(repositories, "f", answers.__getitem__)
    except UpdateFault as fault:
        return fault.reason


def takes(agreement: Agreement, file: str) -> bool:
    """Whether the agreement takes this file's bytes."""
    try:
        agreement.check(1, FILES[file])
    except UpdateFault:
        return False
    return True


WORLDS = tuple(worlds())


def test_an_agreement_is_of_enough_parties_and_none_contradicts_what_is_agreed() -> None:
    agreements = 0
    for words, groups, threshold in WORLDS:
        found = outcome(words, groups, threshold)
        if isinstance(found, str):
            continue
        agreements += 1
        party = dict(zip(NAMES, groups, strict=True))
        assert len({party[each.repository] for each in found.listings}) >= threshold
        assert all(agree(found.file, each.found.file) for each in found.listings)
        assert {each.repository for each in (*found.listings, *found.others)} == set(NAMES)
        assert set(found.algorithms) <= set(HASHES)
    assert agreements > 500


def test_no_agreement_takes_two_files_and_none_takes_what_too_few_list() -> None:
    for words, groups, threshold in WORLDS:
        found = outcome(words, groups, threshold)
        if isinstance(found, str):
            continue
        taken = [file for file in FILES if takes(found, file)]
        assert len(taken) <= 1
        for file in taken:
            listing = {group for word, group in zip(words, groups, strict=True) if word.startswith(file)}
            assert len(listing) >= threshold


def test_one_party_alone_never_changes_what_the_others_agree_on() -> None:
    """Two honest parties of three, a threshold of two: whatever the third says, theirs is taken or nothing is."""
    for word in SAYS:
        found = outcome(("good256", "good256", word), ("x", "y", "z"), 2)
        assert isinstance(found, Agreement)
        assert takes(found, "good")
        assert not takes(found, "bad")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("failing", "failing", "good256"), "update.expired"),
        (("good256", "bad256", "failing"), "update.disagreement"),
        (("silent", "silent", "silent"), "update.target_unknown"),
        (("good256", "silent", "silent"), "update.unconfirmed"),
        (("good256", "bad512", "silent"), "update.unconfirmed"),
    ],
)
def test_why_there_is_none_is_said_by_what_is_worst(words: tuple[str, ...], reason: str) -> None:
    assert outcome(words, ("x", "y", "z"), 2) == reason
