"""The comparison, run: ours refuses each attack for its reason, and what is told of the others is what they do."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from . import attacks_server
from .seen import ACCEPTS, read_record
from .table import ATTACKS, ROWS, Attack, asked, tools

RECORD = {(each.form, each.what): each for each in read_record().seen}
NAMED = [
    pytest.param(
        form,
        attack,
        id=f"{attack.row} {form} {attack.what}",
        marks=[pytest.mark.loopback] if form == attacks_server.FORM else [],
    )
    for form, attack in ATTACKS
]


@pytest.fixture
def now() -> datetime.datetime:
    """The machine's own time: apt and the library have no other."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


@pytest.mark.parametrize(("form", "attack"), NAMED)
def test_ours_refuses_each_attack_for_its_reason(
    form: str, attack: Attack, folder: Path, now: datetime.datetime
) -> None:
    ours = attack.ours(folder, now)
    assert ours.reasons == tuple(sorted(attack.reasons))
    assert ours.warnings == tuple(sorted(getattr(attack, "warnings", ())))
    honest = attack.row == "control"
    assert (ours.action in ("allow", "accept"), ours.outcome == "PASSED") == (honest, honest)
    assert ours == RECORD[form, attack.what].ours, "run python -m tests.updates"


@pytest.mark.parametrize(("form", "attack"), NAMED)
def test_what_is_told_of_others_is_what_they_do(
    form: str, attack: Attack, folder: Path, now: datetime.datetime
) -> None:
    kept, there = RECORD[form, attack.what].peers, tools()
    absent = sorted(kept.keys() - there.keys())
    seen = {name: peer.answer for name, peer in asked(attack, folder, now, there)}
    assert seen == {name: peer.answer for name, peer in kept.items() if name in there}, (
        f"seen with {there}; told of {dict(read_record().tools)}: run python -m tests.updates"
    )
    if attack.row == "control":
        assert set(seen.values()) <= {ACCEPTS}
    if absent:
        pytest.skip(f"not on this machine: {', '.join(absent)}")


def test_every_row_has_an_attack_and_every_form_an_honest_input() -> None:
    assert {attack.row for _, attack in ATTACKS} == {"control", *ROWS}
    honest = {form for form, attack in ATTACKS if attack.row == "control"}
    assert honest | {attacks_server.FORM} == {form for form, _ in ATTACKS}


def test_nothing_is_told_that_is_not_run() -> None:
    assert RECORD.keys() == {(form, attack.what) for form, attack in ATTACKS}
    assert len(RECORD) == len(ATTACKS)
