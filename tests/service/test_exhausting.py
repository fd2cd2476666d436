"""What a tenant could do to all others by the sheer size of what it hands in."""

from __future__ import annotations

import tracemalloc

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import structs

from api.store.database import Database
from api.store.local_blobs import LocalBlobs
from api.usecases.service import trust_files
from api.usecases.service.policies import list_policies
from api.usecases.service.service import Service
from api.usecases.service.submission import PolicyText, Submission
from api.usecases.service.submit import submit
from api.usecases.service.trust_files import list_trust, publish_trust
from fixtures.recipes.scene import POLICY, RELEASE, policy_file
from tests.backends import Backend
from verifier.faults import PolicyFault, TrustFault

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


def test_a_tenants_files_of_keys_are_few_and_not_read_for_each_request(
    embedded_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request under a policy that pins a key looks through all of them, while nobody else can write."""
    service = service_over(embedded_backend)
    monkeypatch.setattr(trust_files, "MOST_FILES", 3)
    for number in range(3):
        publish_trust(service, service.blobs, AUDITOR, f"keys-{number}", key(number))
    with pytest.raises(TrustFault) as raised:
        publish_trust(service, service.blobs, AUDITOR, "keys-3", key(3))
    assert raised.value.reason == "trust.too_many"
    publish_trust(service, service.blobs, AUDITOR, "keys-0", key(0))  # again is no more
    assert {each.name for each in list_trust(service, AUDITOR)} == {"world", "keys-0", "keys-1", "keys-2"}

    pinning = policy_file(POLICY.set("/signers/release", {"group": "acme", "key": f"sha256:{'ab' * 32}"})).content
    submit(service, AUDITOR, under(pinning))
    monkeypatch.setattr(LocalBlobs, "chunks", None)  # whoever reads one again fails
    submit(service, AUDITOR, structs.replace(under(pinning), key="another"))


def key(number: int) -> bytes:
    public = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
