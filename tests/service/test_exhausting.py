"""What a tenant could do to all others by the sheer size of what it hands in."""

from __future__ import annotations

import tracemalloc

import pytest

from api.store.database import Database
from api.usecases.service.policies import list_policies
from api.usecases.service.service import Service
from api.usecases.service.submission import PolicyText, Submission
from api.usecases.service.submit import submit
from fixtures.recipes.scene import POLICY, RELEASE, policy_file
from tests.backends import Backend
from verifier.faults import PolicyFault

from .judging import JudgeHere
from .making import AUDITOR, StandingClock, furnish, service_of

MIB = 1 << 20


def service_over(backend: Backend) -> Service:
    service = service_of(backend.database, backend.blobs, StandingClock(), JudgeHere())
    furnish(service)
    return service


def under(content: bytes) -> Submission:
    return Submission(artifact=RELEASE.sha256, name=RELEASE.name, policy=PolicyText(content))


def test_policies_that_came_with_requests_are_not_read_to_list_policies(embedded_backend: Backend) -> None:
    service = service_over(embedded_backend)
    for number in range(10):
        content = policy_file(POLICY.set("/version", 10 + number)).content
        submit(service, AUDITOR, under(content + b"\n#" + b"x" * (MIB // 2)))
    tracemalloc.start()
    try:
        listed = list_policies(service, AUDITOR)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [each.content for each in listed] == [""]
    assert peak < MIB


def test_a_large_policy_is_read_before_anybody_waits_for_the_database(
    embedded_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_over(embedded_backend)
    monkeypatch.setattr(Database, "writing", None)  # whoever writes fails
    with pytest.raises(PolicyFault, match=r"policy\."):
        submit(service, AUDITOR, under(b"x = [" + b"1," * 50_000 + b"]"))
