"""From accepted to a verdict: leases, attempts, what is away and what is gone."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from api.judges.faults import JudgeFault, JudgesAway
from api.judges.judgements import Case, Judgement
from api.judges.judges import Judges
from api.signer import SignerAway, SignerFault
from api.store import verifications
from api.store.verifications import Verification
from api.usecases.service.judging import LEASE, MOST_ATTEMPTS, PAUSE, Work, take_up
from api.usecases.service.service import Service
from api.usecases.service.submit import submit
from tests.backends import Backend

from .looking import check_one_verdict, undisturbed, verdicts_of
from .making import AUDITOR, TENANT, Signing, StandingClock, furnish, honest, service_of, work_off

pytestmark = pytest.mark.loopback

SECOND = datetime.timedelta(seconds=1)


class Judge:
    """Judges what it is given with `judge`, and counts."""

    def __init__(self, judge: Any) -> None:
        self._judge = judge
        self.times = 0

    def judge(self, case: Case, tenant: str, engines: Any) -> Judgement:
        self.times += 1
        judgement: Judgement = self._judge(case, tenant, engines)
        return judgement

    def close(self) -> None:
        pass


def failing(fault: Exception) -> Judge:
    def fail(*_: Any) -> Judgement:
        raise fault

    return Judge(fail)


def accepted(service: Service) -> Verification:
    """The honest release, submitted."""
    return submit(service, AUDITOR, honest(furnish(service))).verification


def state_of(service: Service, verification: str) -> Verification:
    with service.database.reading() as connection:
        found = verifications.by_id(connection, TENANT, verification)
    assert found is not None
    return found


def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out(backend: Backend, judges: Judges) -> None:
    clock = StandingClock()
    service = service_of(backend.database, backend.blobs, clock, judges)
    accepted(service)
    with service.database.writing() as connection:
        now = clock.now()
        assert len(verifications.lease(connection, now, now + LEASE, "lease-of-the-dead", 10)) == 1
    assert take_up(service) == 0
    clock.forward(LEASE - SECOND)
    assert take_up(service) == 0
    clock.forward(SECOND)
    assert take_up(service) == 1
    check_one_verdict(service)


def test_who_is_at_work_keeps_the_lease(backend: Backend, judges: Judges) -> None:
    clock = StandingClock()

    def slow(case: Case, tenant: str, engines: Any) -> Judgement:
        clock.forward(LEASE - SECOND)
        work.keep()
        clock.forward(LEASE - SECOND)
        assert take_up(service) == 0
        return judges.judge(case, tenant, engines)

    service = service_of(backend.database, backend.blobs, clock, Judge(slow))
    accepted(service)
    work = Work(service)
    assert work.take_up() == 1
    assert [verdict.outcome for verdict in verdicts_of(service)] == ["PASSED"]


def test_two_workers_on_one_verification_write_one_verdict(backend: Backend, judges: Judges) -> None:
    clock = StandingClock()

    def overtaken(case: Case, tenant: str, engines: Any) -> Judgement:
        clock.forward(LEASE)
        assert take_up(service_of(backend.database, backend.blobs, clock, judges)) == 1
        return judges.judge(case, tenant, engines)

    service = service_of(backend.database, backend.blobs, clock, Judge(overtaken))
    accepted(service)
    assert take_up(service) == 1
    check_one_verdict(service)


def test_a_clock_that_steps_back_keeps_nothing_from_its_verdict(backend: Backend, judges: Judges) -> None:
    clock = StandingClock()
    service = service_of(backend.database, backend.blobs, clock, judges)
    accepted(service)
    clock.forward(-datetime.timedelta(days=400))
    work_off(service)
    check_one_verdict(service)


@pytest.mark.parametrize("reason", ["judge.crashed", "judge.timeout", "judge.memory"])
def test_a_judge_that_is_lost_each_time_is_an_error_in_the_end(backend: Backend, reason: str) -> None:
    judge = failing(JudgeFault(reason, "over this"))
    service = service_of(backend.database, backend.blobs, StandingClock(), judge)
    verification = accepted(service)
    for attempt in range(1, MOST_ATTEMPTS):
        assert take_up(service) == 1
        assert (state_of(service, verification.id).state, state_of(service, verification.id).attempts) == (
            verifications.ACCEPTED,
            attempt,
        )
    assert take_up(service) == 1
    (verdict,) = verdicts_of(service)
    assert (verdict.outcome, verdict.level, judge.times) == ("ERROR", "VI_LEVEL_0", MOST_ATTEMPTS)
    assert f'"reason":"{reason}"'.encode() in verdict.report
    assert take_up(service) == 0


def test_a_judge_that_is_lost_once_is_no_verdict(backend: Backend, judges: Judges) -> None:
    lost = [JudgeFault("judge.crashed", "once")]

    def once(case: Case, tenant: str, engines: Any) -> Judgement:
        if lost:
            raise lost.pop()
        return judges.judge(case, tenant, engines)

    service = service_of(backend.database, backend.blobs, StandingClock(), Judge(once))
    accepted(service)
    work_off(service)
    check_one_verdict(service)


def test_a_bug_of_ours_over_one_request_is_its_verdict_and_no_others(backend: Backend, judges: Judges) -> None:
    def broken(case: Case, tenant: str, engines: Any) -> Judgement:
        if case.release == "0.0.0":
            raise RuntimeError("a bug")
        return judges.judge(case, tenant, engines)

    service = service_of(backend.database, backend.blobs, StandingClock(), Judge(broken))
    policy = furnish(service)
    for release in ("0.0.0", "7.1.0"):
        submit(service, AUDITOR, honest(policy, release=release))
    work_off(service)
    assert sorted(verdict.outcome for verdict in verdicts_of(service)) == ["ERROR", "PASSED"]


def test_a_signer_that_is_away_is_waited_for_and_is_no_attempt(backend: Backend, judges: Judges) -> None:
    clock, signer = StandingClock(), Signing(*[SignerAway("no answer") for _ in range(MOST_ATTEMPTS + 1)])
    service = service_of(backend.database, backend.blobs, clock, judges, signer=signer)
    verification = accepted(service)
    for _ in range(MOST_ATTEMPTS + 1):
        assert take_up(service) == 1
        assert take_up(service) == 0, "it is asked again only after a pause"
        assert state_of(service, verification.id).attempts == 0
        clock.forward(PAUSE)
    work_off(service)
    check_one_verdict(service)
    assert [verdict.bundle for verdict in verdicts_of(service)] == [b"{}"]


def test_judges_that_cannot_be_had_are_waited_for_and_that_is_no_attempt(backend: Backend, judges: Judges) -> None:
    away = [JudgesAway("no process can be started") for _ in range(MOST_ATTEMPTS + 1)]

    def judge(case: Case, tenant: str, engines: Any) -> Judgement:
        if away:
            raise away.pop()
        return judges.judge(case, tenant, engines)

    clock = StandingClock()
    service = service_of(backend.database, backend.blobs, clock, Judge(judge))
    accepted(service)
    for _ in range(MOST_ATTEMPTS + 1):
        assert (take_up(service), take_up(service)) == (1, 0)
        clock.forward(PAUSE)
    work_off(service)
    check_one_verdict(service)


def test_what_the_signer_refuses_is_issued_unsigned(backend: Backend, judges: Judges) -> None:
    signer = Signing(SignerFault("signer.refused", "not published to me"))
    service = service_of(backend.database, backend.blobs, StandingClock(), judges, signer=signer)
    accepted(service)
    work_off(service)
    check_one_verdict(service)
    assert [verdict.bundle for verdict in verdicts_of(service)] == [None]


def test_the_signer_is_told_what_the_verdict_follows_from(backend: Backend, judges: Judges) -> None:
    from api.usecases.service.records import record_of
    from verifier.gather import sha256

    signer = Signing()
    service = service_of(backend.database, backend.blobs, StandingClock(), judges, signer=signer)
    verification = accepted(service)
    work_off(service)
    (verdict,), (asked,) = verdicts_of(service), signer.asked
    assert (asked.report, asked.release) == (undisturbed(), "7.1.0")
    assert asked.policy == f"sha256:{verification.policy}"
    assert asked.evidence == tuple(file["sha256"] for file in verification.terms["evidence"])
    assert asked.record == sha256(record_of(service, AUDITOR, verdict.id)).hex


def test_evidence_that_is_no_more_is_an_error_in_the_end(backend: Backend, judges: Judges) -> None:
    service = service_of(backend.database, backend.blobs, StandingClock(), judges)
    verification = accepted(service)
    service.blobs.delete(verification.terms["evidence"][0]["sha256"])
    work_off(service)
    (verdict,) = verdicts_of(service)
    assert verdict.outcome == "ERROR"
    assert b'"reason":"blob.missing"' in verdict.report


def test_a_verdict_supersedes_the_last_of_those_before_it(backend: Backend, judges: Judges) -> None:
    service = service_of(backend.database, backend.blobs, StandingClock(), judges)
    first = accepted(service)
    work_off(service)
    (verdict,) = verdicts_of(service)
    for number in (1, 2):
        again = _again(first, f"again-{number}", verdict.id)
        with service.database.writing() as connection:
            assert verifications.insert(connection, again)
        work_off(service)
    newest, second, oldest = verdicts_of(service)
    assert (newest.supersedes, second.supersedes, oldest.supersedes) == (second.id, oldest.id, None)


def _again(verification: Verification, name: str, verdict: str) -> Verification:
    from msgspec import structs

    fresh = structs.replace(verification, id=name, key=name, why="policy.replaced", previous=verdict, serial=0)
    return structs.replace(fresh, state=verifications.ACCEPTED, lease=None, leased_until=None)
