"""The corpus of real cases: every family that is built agrees on every uncontested row, or argues why not.

Needs the corpus beside the tree (``../shared/corpus``); in CI it must be there.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from .__main__ import ROOT, SHARED, unpacked
from .cases import Answer, Case, load
from .families import FAMILIES, answer

HERE = Path(__file__).parent

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)


@dataclass(frozen=True, slots=True)
class Argued:
    """A kind of row on which we differ, and why we are right: `reason` matches the peer's whole reason.

    It is an argument about answers, never an input to one: ours is `got` for our reason `ours`, and nothing else is
    covered. `vector` is the case of ours that shows the rule.
    """

    family: str
    reason: re.Pattern[str]
    got: str
    ours: str
    because: str
    vector: str

    def covers(self, case: Case, got: Answer) -> bool:
        same = (case.family, got.got, got.reason) == (self.family, self.got, self.ours)
        return same and bool(self.reason.fullmatch(case.reason))


def argued() -> tuple[Argued, ...]:
    rows = tomllib.loads((HERE / "argued.toml").read_text(encoding="utf-8")).get("argued", [])
    return tuple(Argued(**{**row, "reason": re.compile(row["reason"], re.DOTALL)}) for row in rows)


def expected_reasons() -> Mapping[str, Mapping[str, list[str]]]:
    """By family: an expression for the peer's reason, and the reasons of ours (or areas) that say the same."""
    return tomllib.loads((HERE / "reasons.toml").read_text(encoding="utf-8"))


@cache
def answers(family: str) -> tuple[tuple[Case, Answer], ...]:
    folder = unpacked()
    cases = load(folder / "cases.jsonl", folder / "data")
    return tuple((case, answer(case)) for case in cases if case.family == family)


@absent
@pytest.mark.parametrize("family", FAMILIES)
def test_every_uncontested_row_agrees_or_is_argued(family: str) -> None:
    rows = answers(family)
    assert rows, "no such family in the corpus"
    assert not [case.id for case, got in rows if (got.got == "pass") != (got.reason == "")]
    assert not {
        case.id: f"expected {case.expect} ({case.reason}), got {got.got} {got.reason}"
        for case, got in rows
        if not case.contested and case.expect != got.got and not any(entry.covers(case, got) for entry in argued())
    }


@absent
@pytest.mark.parametrize("family", expected_reasons())
def test_a_refusal_is_for_the_peers_reason(family: str) -> None:
    """Where the peer names the reason in a vocabulary of its own, ours is one that says the same."""
    wrong = {
        f"{case.reason} → {got.reason}": case.id
        for case, got in answers(family)
        if not case.contested and case.expect == got.got == "fail" and not _says_the_same(family, case, got)
    }
    assert not wrong


def _says_the_same(family: str, case: Case, got: Answer) -> bool:
    wanted = [ours for pattern, ours in expected_reasons()[family].items() if re.search(pattern, case.reason)]
    return any(got.reason == one or got.reason.partition(".")[0] == one for ours in wanted for one in ours)


@absent
@pytest.mark.parametrize("entry", argued(), ids=lambda entry: entry.vector)
def test_every_argument_is_still_needed_and_shown(entry: Argued) -> None:
    assert any(entry.covers(case, got) for case, got in answers(entry.family) if case.expect != got.got)
    assert (ROOT / "fixtures" / "vectors" / entry.vector / "case.toml").exists()
    assert len(entry.because.split()) >= 10, "an argument takes a sentence"
