"""Each vector through the real verifier: the outcome, the reason, and no other reason.

A vector is a folder under ``fixtures/vectors``; adding one needs no code here.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from fixtures.build import VECTORS
from fixtures.case import CASE, parse_case, read_case
from verifier.reasons import outcome_of

from .runner import answer

FOLDERS = sorted(path.parent for path in VECTORS.glob(f"*/*/{CASE}"))


def test_there_are_vectors() -> None:
    assert len(FOLDERS) > 250


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_vector(folder: Path) -> None:
    expect = read_case(folder).expect
    got = answer(folder)
    assert (got.outcome, got.reasons) == (expect.outcome, expect.reasons)
    assert expect.level in ("", got.level)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_what_a_vector_expects_agrees_with_the_table_of_reasons(folder: Path) -> None:
    """The failure a case is about gives the case's outcome; what merely follows from it may be milder."""
    expect = read_case(folder).expect
    assert expect.reason == "" or outcome_of(expect.reason).value == expect.outcome
    assert expect.outcome == "PASSED" or expect.reason


def test_a_case_with_a_key_that_nobody_checks_is_refused() -> None:
    text = (FOLDERS[0] / CASE).read_text(encoding="utf-8")
    parse_case(text)
    for unknown in ('expected = "PASSED"\n' + text, text + '\n[expects]\noutcome = "PASSED"\n'):
        with pytest.raises(msgspec.ValidationError):
            parse_case(unknown)
