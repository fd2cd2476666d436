"""A service over HTTP in this very process, furnished, and tokens to ask it with."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.meters import Meters
from api.store import tenants
from api.store.blobs import open_blobs
from api.store.database import open_database
from api.store.schema import OPERATOR
from api.store.tenants import Tenant
from api.usecases.service.judging import Work
from api.usecases.service.roles import ROLES, SCOPES
from api.usecases.service.service import Principal, Service
from api.usecases.service.tokens import TokenWanted, make_token
from fixtures.recipes.scene import HONEST_FILE, RELEASE, TRUST_FILE

from ..backends import Backend
from ..service.judging import JudgeHere
from ..service.making import TENANT, StandingClock, furnish, service_of

OTHER_TENANT = "other-audit"


class WorkedOff:
    """A queue on which whoever waits does the work, all of it."""

    def __init__(self) -> None:
        self.service: Service | None = None
        self.waited: list[float] = []

    def enqueue(self, verification: str) -> None:
        """Nobody else is to be told."""

    def wait(self, verification: str, seconds: float) -> bool:
        self.waited.append(seconds)
        assert self.service is not None
        work = Work(self.service)
        while work.take_up():
            pass
        return True

    def finished(self, verifications: Sequence[str]) -> None:
        """Nobody else waits."""


class Asking(Struct):
    """The service, a client without a token, and the digest of the operator's policy."""

    service: Service
    client: TestClient
    queue: WorkedOff
    policy: str

    def token(
        self,
        tenant: str = TENANT,
        roles: Sequence[str] = ("auditor",),
        scopes: Sequence[str] = SCOPES,
        life: datetime.timedelta | None = None,
    ) -> dict[str, str]:
        """The header that shows a new token."""
        maker = Principal(tenant, "tests", tuple(ROLES), tuple(SCOPES))
        made = make_token(self.service, maker, TokenWanted("tests", tuple(roles), tuple(scopes), life))
        return {"Authorization": f"Bearer {made.secret}"}

    def verdict(self, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
        """The verification of the honest release, done."""
        answer = self.client.post(
            "/v1/verifications", json=self.honest(**changes), headers={**headers, "Prefer": "wait=5"}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def honest(self, **changes: Any) -> dict[str, Any]:
        """A request about the honest release, under the operator's policy."""
        asked = {
            "artifact": {"sha256": RELEASE.sha256, "name": RELEASE.name},
            "evidence": [given(HONEST_FILE.name, HONEST_FILE.content)],
            "policy": {"digest": self.policy},
            "release": "7.1.0",
        }
        return asked | changes


def given(name: str, content: bytes) -> dict[str, str]:
    """Evidence that comes along."""
    return {"name": name, "content": b64encode(content).decode()}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def opened(folder: Path) -> Backend:
    """A backend in a folder, for tests that share one."""
    database_url, blobs_url = f"sqlite:///{folder}/countersign.db", f"file://{folder}/blobs"
    database = open_database(database_url)
    database.create()
    return Backend(database, open_blobs(blobs_url), database_url, blobs_url)


@contextlib.contextmanager
def asked(backend: Backend, **fields: Any) -> Iterator[Asking]:
    """A furnished service: a tenant of auditors, another of every kind, the operator."""
    queue = WorkedOff()
    service = service_of(backend.database, backend.blobs, StandingClock(), JudgeHere(), queue, **fields)
    queue.service = service
    policy = furnish(service)
    with service.database.writing() as connection:
        roles = tuple(role for role in ROLES if role != OPERATOR)
        tenants.insert(connection, Tenant(OTHER_TENANT, "Others", roles, {}, service.clock.now()))
    app = create_app(service)
    app.state.meters = Meters()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Asking(service, client, queue, policy)


__all__ = ["HONEST_FILE", "RELEASE", "TRUST_FILE", "Asking", "asked", "given", "opened", "sha256"]
