"""Screens as files, to be read by people: ``screens/<verdict>.txt`` is what `api.render.text` shows of each verdict."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.render.layout import Look
from api.render.text import screen, summary
from api.render.visible import columns
from verifier.outcome import Outcome
from verifier.verdict import Verdict

from .verdicts import VERDICTS, WRONG_TAG, refused, verdict

SCREENS = Path(__file__).parent / "screens"
LOOKS = {"": Look(), "-ascii": Look(encoding="ascii"), "-132": Look(width=132), "-40": Look(width=40)}


@pytest.mark.parametrize("name", VERDICTS)
@pytest.mark.parametrize("suffix", LOOKS)
def test_a_screen_is_as_its_file(name: str, suffix: str) -> None:
    if suffix and name not in ("failed", "hostile"):
        suffix = ""
    assert screen(VERDICTS[name], LOOKS[suffix]) == (SCREENS / f"{name}{suffix}.txt").read_text(encoding="utf-8")


def test_every_file_is_the_screen_of_a_verdict() -> None:
    expected = {f"{name}.txt" for name in VERDICTS}
    expected |= {f"{name}{suffix}.txt" for name in ("failed", "hostile") for suffix in LOOKS}
    assert {path.name for path in SCREENS.iterdir()} == expected


def test_evidence_that_was_found_is_named() -> None:
    shown = screen(VERDICTS["passed"], Look(), taken=["endpoint.sigstore.json", "evil\x1b.bundle"])
    assert "evidence found beside it: endpoint.sigstore.json, evil\\x1b.bundle" in shown


@pytest.mark.parametrize("shown_verdict", VERDICTS.values(), ids=VERDICTS)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp437"])
@pytest.mark.parametrize("width", [40, 80, 132])
def test_t99_a_screen_keeps_to_its_terminal(shown_verdict: Verdict, encoding: str, width: int) -> None:
    lines = screen(shown_verdict, Look(width, encoding=encoding), taken=["a\x1bb"]).splitlines()
    assert all(columns(line) <= width for line in lines)
    assert all(line.isprintable() and line.encode(encoding) for line in lines)


@pytest.mark.parametrize("shown_verdict", VERDICTS.values(), ids=VERDICTS)
def test_colour_adds_nothing_but_colour(shown_verdict: Verdict) -> None:
    painted = screen(shown_verdict, Look(colour=True))
    assert "\x1b[" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == screen(shown_verdict, Look())


@pytest.mark.parametrize("outcome", Outcome)
def test_the_first_word_is_the_outcome(outcome: Outcome) -> None:
    assert screen(verdict(outcome, WRONG_TAG), Look()).startswith(f"{outcome.value}  ")


@given(st.text(max_size=30), st.text(max_size=90), st.text(max_size=90), st.integers(min_value=40, max_value=100))
def test_t99_no_claim_escapes_its_line(name: str, expected: str, actual: str, width: int) -> None:
    result = refused("signer.identity", Outcome.FAILED, name, expected, actual, f"/{name}")
    lines = screen(verdict(Outcome.FAILED, result), Look(width)).split("\n")
    assert lines.pop() == ""
    assert all(columns(line) <= width and line.isprintable() for line in lines)


def test_a_reason_that_repeats_is_shown_once() -> None:
    assert screen(VERDICTS["failed-in-many-ways"], Look()).count("failed   source.tag") == 1


def test_the_next_step_is_that_of_the_worst_reason() -> None:
    assert "countersign explain source.tag" in " ".join(screen(VERDICTS["failed-in-many-ways"], Look()).split())


def test_a_summary_counts_every_outcome() -> None:
    outcomes = [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.ERROR]
    shown = summary(outcomes, Outcome.FAILED, Look(), notes=["not judged, read as evidence: a"])
    assert shown == "FAILED  4 artifacts: 2 PASSED, 1 FAILED, 1 ERROR\n  not judged, read as evidence: a\n"


def test_a_summary_of_nothing_says_so() -> None:
    assert summary([], Outcome.INCOMPLETE, Look()) == "INCOMPLETE  0 artifacts: none\n"
