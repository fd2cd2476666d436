"""What verdicts mean: the documents and the pages say the same, and what they claim to meet is met by name."""

from __future__ import annotations

import re

import pytest

from api.cli.forms import FORMS
from api.render.meaning import MEANINGS, OUTCOMES_END
from verifier.levels import ASSESSED
from verifier.outcome import Outcome

from ..architecture.test_attacks import NOT_MET
from ..architecture.test_attacks import _named as attacks_named
from .running import ROOT

MEANING = (ROOT / "docs" / "meaning.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    heads = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(heads[1::2], (" ".join(body.split()) for body in heads[2::2]), strict=True))


@pytest.mark.parametrize("outcome", Outcome)
def test_the_document_says_what_the_pages_say(outcome: Outcome) -> None:
    section = _sections(MEANING)[outcome.value]
    meaning = MEANINGS[outcome]
    means, _, means_not = section.partition("It does not mean:")
    assert section.startswith(meaning.sentence)
    assert means.partition("It means: - ")[2].strip().split(" - ") == list(meaning.means)
    assert all(f"- {sentence}" in means_not for sentence in meaning.means_not)
    assert means_not.count(" - ") == len(meaning.means_not)
    assert meaning.next_step in means_not


def test_every_outcome_has_a_meaning_of_its_own() -> None:
    assert set(MEANINGS) == set(Outcome)
    assert len({meaning.sign for meaning in MEANINGS.values()}) == len(Outcome)
    assert OUTCOMES_END in " ".join(MEANING.split())


def test_only_a_pass_is_one() -> None:
    for outcome, meaning in MEANINGS.items():
        held_back = "Hold it back" in meaning.next_step or "Do not install" in meaning.next_step
        assert held_back is (outcome is not Outcome.PASSED)


def test_the_tracks_that_can_be_shown_are_named() -> None:
    (row,) = [line for line in MEANING.splitlines() if line.startswith("| authentic")]
    assert tuple(re.findall(r"`(VI_\w+)`", row)) == ASSESSED


def test_every_attack_that_the_threat_model_answers_is_met() -> None:
    table = _sections(THREATS)["What the attacker can do, and what happens"]
    ranges = re.findall(r"T(\d\d)(?: to T(\d\d))?", table)
    named = {number for first, last in ranges for number in range(int(first), int(last or first) + 1)}
    assert len(named) > 40
    assert not named & set(NOT_MET)
    assert named - {30} <= set(attacks_named()), "there is no T30"


def test_every_form_of_a_report_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "reports.md").read_text(encoding="utf-8")
    assert [form for form in FORMS if f"`--format {form}`" not in page] == []
