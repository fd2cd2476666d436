"""A judge that hostile evidence has taken over: what it gives that was not asked for is signed by nobody."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from api.judges.judgements import Case, Judgement
from api.store.verdicts import VerdictRow, by_verification
from api.usecases.service.submit import submit
from attestations.digests import Digest, DigestSet
from tests.backends import Backend
from verifier.report import render_report
from verifier.report_reading import read_verdict
from verifier.verdict import Verdict

from .judging import JudgeHere
from .making import AUDITOR, TENANT, Signing, StandingClock, furnish, honest, service_of, work_off

Change = Callable[[Verdict], Verdict]


def put(**fields: Any) -> Change:
    return lambda verdict: msgspec.structs.replace(verdict, **fields)


def other_artifact(verdict: Verdict) -> Verdict:
    others = DigestSet((Digest("sha256", "ab" * 32),))
    return put(artifact=msgspec.structs.replace(verdict.artifact, digests=others))(verdict)


def other_name(verdict: Verdict) -> Verdict:
    return put(artifact=msgspec.structs.replace(verdict.artifact, name="another.exe"))(verdict)


def other_policy(verdict: Verdict) -> Verdict:
    digest = Digest("sha256", "cd" * 32)
    return put(policy=msgspec.structs.replace(verdict.policy, digest=digest))(verdict)


def earlier(verdict: Verdict) -> Verdict:
    return put(now=verdict.now - datetime.timedelta(hours=1))(verdict)


class TakenOver(JudgeHere):
    """Judges, and then has its own say."""

    def __init__(self, change: Change, **words: str) -> None:
        self._change = change
        self._words = words

    def judge(self, case: Case, tenant: str, engines: Any) -> Judgement:
        judgement = super().judge(case, tenant, engines)
        report = render_report(self._change(read_verdict(judgement.report, source="report")))
        return msgspec.structs.replace(judgement, report=report, **self._words)


def judged(backend: Backend, judges: TakenOver, signer: Signing) -> VerdictRow:
    """What comes of the honest release."""
    service = service_of(backend.database, backend.blobs, StandingClock(), judges, signer=signer)
    verification = submit(service, AUDITOR, honest(furnish(service))).verification
    work_off(service)
    with service.database.reading() as connection:
        found = by_verification(connection, TENANT, verification.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "change", [other_artifact, other_name, other_policy, earlier, put(trust=()), put(version="another")]
)
def test_a_report_about_something_else_is_never_shown_to_the_signer(embedded_backend: Backend, change: Change) -> None:
    signer = Signing()
    found = judged(embedded_backend, TakenOver(change), signer)
    assert signer.asked == []
    assert (found.outcome, found.bundle) == ("ERROR", None)
    assert b'"judge.crashed"' in found.report


def test_a_report_that_says_another_outcome_than_its_row_is_never_shown_to_the_signer(
    embedded_backend: Backend,
) -> None:
    signer = Signing()
    found = judged(embedded_backend, TakenOver(put(), outcome="FAILED"), signer)
    assert (signer.asked, found.outcome, found.bundle) == ([], "ERROR", None)


def test_a_report_about_what_was_asked_is_signed(embedded_backend: Backend) -> None:
    signer = Signing()
    found = judged(embedded_backend, TakenOver(put()), signer)
    assert (len(signer.asked), found.outcome) == (1, "PASSED")
    assert found.bundle is not None
