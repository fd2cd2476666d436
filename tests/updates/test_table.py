"""The comparison, run: ours refuses each attack for its reason, and what is told of the others is what they do."""

from __future__ import annotations

import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from . import attacks_debian, attacks_server
from .seen import ACCEPTS, read_record
from .table import ATTACKS, ROWS, Attack, asked, tools

RECORD = {(each.form, each.what): each for each in read_record().seen}
MARKS = {
    attacks_server.FORM: [pytest.mark.loopback],
    attacks_debian.FORM: [
        pytest.mark.skipif(find_spec("pysequoia") is None, reason="OpenPGP needs the extra 'formats'")
    ],
}
NAMED = [
    pytest.param(form, attack, id=f"{attack.row} {form} {attack.what}", marks=MARKS.get(form, []))
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
    kept, there, versions = RECORD[form, attack.what].peers, tools(), read_record().tools
    answers = {name: peer.answer for name, peer in asked(attack, folder, now, there)}
    if attack.row == "control":
        assert set(answers.values()) <= {ACCEPTS}
    for name, answer in answers.items():
        if answer != kept[name].answer and there[name] != versions[name]:
            pytest.skip(
                f"{name} {there[name]} {answer}; {name} {versions[name]}, which is told of, {kept[name].answer}"
            )
        assert answer == kept[name].answer, f"{name} {versions[name]}: run python -m tests.updates"
    if absent := sorted(kept.keys() - answers.keys()):
        pytest.skip(f"not on this machine: {', '.join(absent)}")


def test_every_row_has_an_attack_and_every_form_an_honest_input() -> None:
    assert {attack.row for _, attack in ATTACKS} == {"control", *ROWS}
    honest = {form for form, attack in ATTACKS if attack.row == "control"}
    assert honest | {attacks_server.FORM} == {form for form, _ in ATTACKS}


def test_nothing_is_told_that_is_not_run() -> None:
    assert RECORD.keys() == {(form, attack.what) for form, attack in ATTACKS}
    assert len(RECORD) == len(ATTACKS)
