"""Services for tests over a backend that is given: a tenant, the operator's policy and trust, requests to make."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from api.effects.clock import Clock
from api.signer import Signed, SignerFault, SignRequest
from api.store import tenants
from api.store.blobs import Blobs
from api.store.database import Database
from api.store.schema import OPERATOR
from api.store.tenants import Tenant
from api.usecases.service.judging import Work
from api.usecases.service.policies import publish_policy
from api.usecases.service.queue import Queue
from api.usecases.service.roles import ROLES, SCOPES
from api.usecases.service.service import Principal, Service, Settings
from api.usecases.service.submission import Given, PolicyByDigest, Submission
from api.usecases.service.trail import TrailRegistry
from api.usecases.service.trust_files import publish_trust
from fixtures.recipes.scene import DATED, HONEST_FILE, NOW, POLICY, RELEASE, TRUST_FILE, policy_file

TENANT = "acme-audit"
VERSION = "tests"

AUDITOR = Principal(TENANT, "token:tests", ("auditor",), SCOPES)
THE_OPERATOR = Principal(OPERATOR, "operator", ROLES, SCOPES)


class StandingClock:
    """A clock that stands until it is put forward, or back."""

    def __init__(self, at: datetime.datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime.datetime:
        return self.at

    def forward(self, by: datetime.timedelta) -> None:
        """Put it forward, or back where `by` is below zero."""
        self.at += by


class Idle:
    """A queue that nobody works on but the test itself."""

    def __init__(self) -> None:
        self.enqueued: list[str] = []
        self.told: list[str] = []

    def enqueue(self, verification: str) -> None:
        self.enqueued.append(verification)

    def wait(self, verification: str, seconds: float) -> bool:
        return verification in self.told

    def finished(self, verifications: Any) -> None:
        self.told += verifications


class Signing:
    """A signer that does as told, and counts what it is asked."""

    def __init__(self, *faults: SignerFault) -> None:
        self._faults = list(faults)
        self.asked: list[SignRequest] = []

    def sign(self, request: SignRequest) -> Signed:
        self.asked.append(request)
        if self._faults:
            raise self._faults.pop(0)
        return Signed(b"{}", {}, "https://audit.example/verifier/acme/v3", "sha256:00", True, ())


def service_of(
    database: Database, blobs: Blobs, clock: Clock, judges: Any, queue: Queue | None = None, **fields: Any
) -> Service:
    """A service that signs nothing and asks no other engines, where `fields` do not say otherwise."""
    given: dict[str, Any] = {"engines": None, "signer": None, "settings": Settings(VERSION)}
    return Service(
        database=database,
        blobs=blobs,
        clock=clock,
        queue=queue or Idle(),
        judges=judges,
        registry=TrailRegistry(),
        **(given | fields),
    )


def furnish(service: Service) -> str:
    """Let a tenant in, and publish the operator's trust and policy; the policy's digest."""
    now = service.clock.now()
    with service.database.writing() as connection:
        for name, roles in ((OPERATOR, ROLES), (TENANT, ("auditor",))):
            tenants.insert(connection, Tenant(name, name, tuple(roles), {}, now))
    publish_trust(service, service.blobs, THE_OPERATOR, "world", TRUST_FILE.content, DATED)
    return publish_policy(service, THE_OPERATOR, policy_file(POLICY).content).policy.digest


def honest(policy: str, **changes: Any) -> Submission:
    """The honest release under that policy; another request with each `key`."""
    asked = Submission(
        artifact=RELEASE.sha256,
        policy=PolicyByDigest(policy),
        evidence=(Given(HONEST_FILE.name, HONEST_FILE.content),),
        name=RELEASE.name,
        release="7.1.0",
    )
    return msgspec.structs.replace(asked, **changes)


def work_off(service: Service) -> None:
    """Take up all there is."""
    work = Work(service)
    while work.take_up():
        pass
