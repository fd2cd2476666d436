"""Judges: what they say is what a judgement in this process says; what dies, dawdles or grows ends in its reason."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from api.engines.kept import KeptEngines
from api.engines.questions import Answer, Asked
from api.judges.faults import JudgeFault, JudgesAway
from api.judges.judges import Judges
from fixtures.recipes.scene import Scene
from tests.verifier.judging import request_of
from verifier.engine import judge
from verifier.faults import PolicyFault
from verifier.report import render_report

from .cases import HONEST, case_of

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def judges() -> Iterator[Judges]:
    pool = Judges(2)
    yield pool
    pool.close()


def test_a_judge_says_what_a_judgement_in_this_process_says(judges: Judges) -> None:
    judgement = judges.judge(case_of(), "acme", None)
    assert judgement.report == render_report(judge(request_of(HONEST)))
    assert (judgement.outcome, judgement.product, judgement.opinions) == ("PASSED", "acme/endpoint", [])


def test_a_judge_says_so_of_evidence_that_is_not_there(judges: Judges) -> None:
    judgement = judges.judge(case_of(Scene()), "acme", None)
    assert judgement.report == render_report(judge(request_of(Scene())))
    assert judgement.outcome == "INCOMPLETE"


def test_other_engines_are_asked_in_between_and_their_words_come_back(judges: Judges) -> None:
    engines = KeptEngines(1)
    try:
        judgement = judges.judge(case_of(asking=True), "acme", engines)
    finally:
        engines.close()
    assert [(each["engine"], each["answer"]) for each in judgement.opinions] == [("sigstore", "accepts")]
    assert judgement.outcome == "PASSED"


class Contrary:
    """An engine that refuses whatever it is asked, and remembers for whom."""

    def __init__(self) -> None:
        self.tenants: list[str] = []

    def ask(self, asked: list[Asked], tenant: str) -> list[Answer]:
        self.tenants.append(tenant)
        return [Answer("sigstore", "0", "refuses", "on principle") for _ in asked]


def test_an_engine_that_refuses_is_heard(judges: Judges) -> None:
    contrary = Contrary()
    judgement = judges.judge(case_of(asking=True), "acme", contrary)
    assert (judgement.outcome, contrary.tenants) == ("ERROR", ["acme"])
    assert b"engines.disagree" in judgement.report


def test_a_policy_that_does_not_read_is_refused_for_its_own_reason(judges: Judges) -> None:
    with pytest.raises(PolicyFault) as refused:
        judges.judge(case_of(policy=b"format = 'countersign.policy/1'"), "acme", None)
    assert refused.value.reason.startswith("policy.")
    assert judges.judge(case_of(), "acme", None).outcome == "PASSED"


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ("die", "judge.crashed"),
        ("lie", "judge.crashed"),
        ("boast", "judge.crashed"),
        ("invent", "judge.crashed"),
        ("pester", "judge.crashed"),
        ("dawdle", "judge.timeout"),
        ("grow", "judge.memory"),
    ],
)
def test_a_judge_that_gives_no_judgement_is_an_error_with_its_reason(work: str, reason: str) -> None:
    judges = Judges(1, seconds=1, work="tests.judges.works")
    try:
        with pytest.raises(JudgeFault) as refused:
            judges.judge(case_of(release=work), "acme", None)
    finally:
        judges.close()
    assert refused.value.reason == reason


def test_where_no_process_can_be_started_nothing_is_said_of_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    judges = Judges(1, work="tests.judges.no_work_at_all")
    with pytest.raises(JudgesAway) as refused:
        judges.judge(case_of(), "acme", None)
    assert refused.value.reason == "judge.unavailable"
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")
    with pytest.raises(JudgesAway):
        Judges(1).judge(case_of(), "acme", None)
