"""A service with people at its door: the app over a database, an operator, two tenants, and a clock that stands."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
from msgspec import Struct
from starlette.testclient import TestClient

from api.http.app import create_app
from api.store.blobs import open_blobs
from api.store.database import open_database
from api.store.trail import page_of, verify_chain
from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.issuers import Configured, LoginClient, issuing_of
from api.usecases.service.service import Service
from api.usecases.service.tenants import TenantWanted, begin, open_tenant
from api.usecases.service.throttle import Allowance, TenantThrottle
from api.usecases.service.tokens import Made, TokenWanted, make_token
from tests.service.making import StandingClock, service_of

from .issuing import Maker, Web, private_key

GITHUB = Maker("https://ci.example", private_key("ci"))


class Place(Struct, frozen=True):
    """A service, those who ask it, and its clock."""

    service: Service
    client: TestClient
    clock: StandingClock
    operator: str

    def make(self, tenant: str, *roles: str, **wanted: Any) -> Made:
        """A token of the tenant's that the operator makes."""
        return make_token(self.service, AT_THE_MACHINE, TokenWanted("made for a test", roles, **wanted), tenant)

    def ask(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx2.Response:
        headers: Mapping[str, str] = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.client.request(method, path, headers={**headers, **more.pop("headers", {})}, **more)

    def acts(self, tenant: str) -> list[str]:
        """What the tenant's trail tells, once its chain is checked."""
        with self.service.database.reading() as connection:
            entries = page_of(connection, tenant, None, 1000)
        verify_chain(tenant, entries)
        return [entry.document["act"] for entry in entries]

    def trail(self, tenant: str) -> str:
        """All that the tenant's trail says."""
        with self.service.database.reading() as connection:
            return "\n".join(entry.entry for entry in page_of(connection, tenant, None, 1000))


def reason(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the reason of a refusal."""
    return answer.status_code, answer.json()["reason"]


def place(
    folder: Path, *, web: Web | None = None, logins: tuple[LoginClient, ...] = (), egress: Any = None, **fields: Any
) -> Place:
    """A place in `folder`, whose service takes the word of `GITHUB`, and of `logins` on people."""
    database = open_database(f"sqlite:///{folder}/service.db")
    database.create()
    clock = fields.pop("clock", None) or StandingClock()
    issuing = issuing_of(Configured((GITHUB.issuer,), logins), egress or web or Web(GITHUB))
    throttle = TenantThrottle(fields.pop("allowance", Allowance()))
    blobs = open_blobs(f"file://{folder}/blobs")
    service = service_of(
        database, blobs, clock, fields.pop("judges", None), issuing=issuing, throttle=throttle, **fields
    )
    first = begin(service)
    assert first is not None
    for tenant, roles in (("acme", ("vendor", "auditor")), ("rival", ("vendor",))):
        open_tenant(service, AT_THE_MACHINE, TenantWanted(tenant, tenant.title(), roles))
    client = TestClient(create_app(service), base_url="https://service.example", follow_redirects=False)
    return Place(service, client, clock, first.secret)


def seconds(count: int) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
