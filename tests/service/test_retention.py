"""What is let go of, and what never: a verdict can be replayed long after the bytes of its artifact are gone."""

from __future__ import annotations

import datetime
import hashlib

import pytest

from api.judges.judges import Judges
from api.store import artifacts, trail, verdicts
from api.store.faults import StoreFault
from api.usecases.service.artifacts import store_artifact
from api.usecases.service.evidence import store_evidence
from api.usecases.service.records import record_of
from api.usecases.service.retention import sweep
from api.usecases.service.service import Service
from api.usecases.service.submit import submit
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import HONEST_FILE, RELEASE
from tests.backends import Backend
from verifier.engine import judge
from verifier.record import read_record
from verifier.report import render_report

from .making import AUDITOR, TENANT, THE_OPERATOR, StandingClock, furnish, honest, service_of, work_off

MONTH = datetime.timedelta(days=30)


def service(backend: Backend, judges: Judges) -> tuple[Service, StandingClock]:
    clock = StandingClock()
    return service_of(backend.database, backend.blobs, clock, judges), clock


def put(made: Service, content: bytes, sha256: str) -> None:
    store_artifact(made, AUDITOR, sha256, "endpoint.exe", [content])


def test_old_bytes_go_and_the_verdict_about_them_stays(backend: Backend, judges: Judges) -> None:
    made, clock = service(backend, judges)
    policy = furnish(made)
    put(made, RELEASE.content, RELEASE.sha256)
    verification = submit(made, AUDITOR, honest(policy)).verification
    work_off(made)
    clock.forward(MONTH)
    assert sweep(made, made.blobs, "operator", MONTH).artifacts == 0
    clock.forward(datetime.timedelta(seconds=1))
    swept = sweep(made, made.blobs, "operator", MONTH)
    assert (swept.artifacts, swept.size, swept.shared) == (1, len(RELEASE.content), 0)
    assert not made.blobs.has(RELEASE.sha256)
    with made.database.reading() as connection:
        row = artifacts.by_sha256(connection, TENANT, RELEASE.sha256)
        last = trail.page_of(connection, TENANT, None, 100)[-1]
        verdict = verdicts.by_verification(connection, TENANT, verification.id)
    assert row is not None
    assert (row.stored, row.size) == (False, len(RELEASE.content))
    assert RELEASE.sha256 in last.entry
    assert verdict is not None
    request, report = read_record(record_of(made, AUDITOR, verdict.id), "record", DEFAULT_LIMITS)
    assert render_report(judge(request)) == report
    put(made, RELEASE.content, RELEASE.sha256)
    assert made.blobs.get(RELEASE.sha256) == RELEASE.content


def test_bytes_that_are_evidence_too_or_anothers_are_kept(embedded_backend: Backend, judges: Judges) -> None:
    made, clock = service(embedded_backend, judges)
    furnish(made)
    content = HONEST_FILE.content
    sha256 = hashlib.sha256(content).hexdigest()
    put(made, content, sha256)
    store_evidence(made, AUDITOR, "bundle.json", [content])
    put(made, RELEASE.content, RELEASE.sha256)
    clock.forward(MONTH)
    store_artifact(made, THE_OPERATOR, RELEASE.sha256, None, [RELEASE.content])
    clock.forward(datetime.timedelta(days=1))
    swept = sweep(made, made.blobs, "operator", MONTH)
    assert (swept.artifacts, swept.size, swept.shared) == (1, 0, 1)
    assert made.blobs.has(sha256)
    assert made.blobs.has(RELEASE.sha256)
    assert sweep(made, made.blobs, "operator", MONTH).artifacts == 0


def test_a_sweep_that_is_cut_off_is_taken_up_by_the_next(
    embedded_backend: Backend, judges: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, clock = service(embedded_backend, judges)
    furnish(made)
    put(made, RELEASE.content, RELEASE.sha256)
    clock.forward(2 * MONTH)

    def full(_sha256: str) -> None:
        raise StoreFault("store.unavailable", "the storage is away")

    with monkeypatch.context() as away:
        away.setattr(made.blobs, "delete", full)
        with pytest.raises(StoreFault):
            sweep(made, made.blobs, "operator", MONTH)
    assert sweep(made, made.blobs, "operator", MONTH).artifacts == 1
    assert not made.blobs.has(RELEASE.sha256)
