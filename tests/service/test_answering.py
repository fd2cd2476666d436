"""A judge that hostile evidence has taken over: what it gives that was not asked for is signed by nobody."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from api.judges.faults import JudgeFault
from api.judges.judgements import Case, Judgement
from api.store.verdicts import VerdictRow, by_verification
from api.usecases.service.answering import releases_in
from api.usecases.service.submit import submit
from api.usecases.service.terms import ArtifactTerm, PolicyTerm, Terms
from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from tests.backends import Backend
from verifier.policy.parse import parse_policy
from verifier.report import render_report
from verifier.report_reading import read_verdict
from verifier.updates.releases import Release, write_release
from verifier.updates.streams import Stream
from verifier.verdict import Verdict

from .judging import JudgeHere
from .making import AUDITOR, TENANT, Signing, StandingClock, furnish, honest, service_of, work_off
from .releasing import NAMED, sha256_of
from .releasing import POLICY as BY_KEY

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


RELEASE = Release(Stream("acme", "endpoint", "stable"), "7.1.0", Digest("sha256", "ab" * 32), (sha256_of("a"),), 1)
TEXT = (BY_KEY + NAMED).format(name="p", fingerprint=f"sha256:{'0' * 64}")
ASKED = parse_policy(TEXT.encode(), "policy", DEFAULT_LIMITS)
TERMS = Terms(
    artifact=ArtifactTerm("a", {"sha256": sha256_of("a")}),
    evidence=(),
    policy=PolicyTerm("acme", "0" * 64),
    trust=(),
    keys=(),
    limits={},
    now="2026-03-14T09:00:00Z",
    version="tests",
)


def judgement(content: bytes) -> Judgement:
    return Judgement(b"{}", "PASSED", "VI_LEVEL_1", None, [], releases=(content,))


def test_a_release_that_the_policy_asks_for_is_kept() -> None:
    assert releases_in(judgement(write_release(RELEASE)), TERMS, ASKED) == (RELEASE,)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[" * 10_000,
        write_release(RELEASE) + b" ",
        write_release(msgspec.structs.replace(RELEASE, files=(sha256_of("b"),))),
        write_release(msgspec.structs.replace(RELEASE, files=("AB" * 32, sha256_of("a")))),
        write_release(msgspec.structs.replace(RELEASE, stream=Stream("other", "endpoint"))),
        write_release(msgspec.structs.replace(RELEASE, stream=Stream("acme", "other"))),
        write_release(msgspec.structs.replace(RELEASE, stream=Stream("acme", "endpoint", "../stable"))),
        write_release(msgspec.structs.replace(RELEASE, version="x" * 300)),
        write_release(msgspec.structs.replace(RELEASE, sequence=-1)),
        write_release(msgspec.structs.replace(RELEASE, sequence=1 << 53)),
        write_release(msgspec.structs.replace(RELEASE, statement=Digest("md5", "0"))),
        write_release(msgspec.structs.replace(RELEASE, previous=Digest("sha256", "0"))),
        write_release(RELEASE).replace(b'"version"', b'"expires":"2026-03-14T09:00:00","version"'),
    ],
)
def test_a_release_that_nobody_asked_for_is_not_kept(content: bytes) -> None:
    with pytest.raises(JudgeFault) as raised:
        releases_in(judgement(content), TERMS, ASKED)
    assert raised.value.reason == "judge.crashed"
