"""Attacks: each one that this code can meet has a test or a vector that carries its id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fixtures.build import VECTORS
from fixtures.case import CASE, read_case

from .tree import functions, sources

MET = (*range(1, 15), *range(20, 30), *range(31, 35), *range(40, 52), *range(60, 77), *range(90, 100))
"""The rows on binding, identity, logs and time, verdict logic, policies, parsing and effects. There is no T30."""

NOT_MET: Mapping[int, str] = {
    50: "no log is searched: entries come with the evidence",
    75: "no rebuilder speaks yet; whoever signs counts as the group that the policy puts it into",
    92: "no archive is opened: an artifact is measured as bytes",
}
"""Rows that nothing here can meet yet, and why. Whoever builds what meets one takes its line away."""


def test_every_attack_is_met() -> None:
    assert not [f"T{attack:02}" for attack in MET if attack not in NOT_MET and attack not in set(_named())]


def test_what_is_said_not_to_be_met_is_not() -> None:
    assert not sorted(set(NOT_MET) & set(_named()))


def _named() -> Iterator[int]:
    """Attack ids out of names of tests, and out of vectors."""
    for source in sources("tests"):
        for function in functions(source):
            if function.name.startswith("test_"):
                yield from (int(digits) for digits in re.findall(r"_t(\d\d)(?=_)", function.name))
    for path in VECTORS.rglob(CASE):
        yield from (int(attack.removeprefix("T")) for attack in read_case(path.parent).attacks)
