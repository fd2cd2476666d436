"""Verdicts that are written together, by workers that know nothing of one another."""

from __future__ import annotations

import datetime

from msgspec import structs
from sqlalchemy.engine import Connection

from api.judges.judgements import Judgement
from api.store import tenants
from api.store.tenants import Tenant
from api.store.verdicts import VerdictRow
from api.usecases.service.completing import Issued, complete
from api.usecases.service.submit import submit
from tests.backends import Backend

from .judging import JudgeHere
from .making import AUDITOR, StandingClock, furnish, honest, service_of

ISSUED = Issued(Judgement(b"{}", "ERROR", "VI_LEVEL_0", None, []))


class Noted:
    """A registry that notes whose verdicts it is given."""

    def __init__(self) -> None:
        self.tenants: list[str] = []

    def record(self, connection: Connection, verdict: VerdictRow, actor: str, at: datetime.datetime) -> None:
        self.tenants.append(verdict.tenant)


def test_workers_that_write_for_several_tenants_take_their_trails_in_one_order(embedded_backend: Backend) -> None:
    """Each holds a trail until it is done: one that took them in the other order would wait for it, and it for that."""
    noted = Noted()
    made = service_of(embedded_backend.database, embedded_backend.blobs, StandingClock(), JudgeHere())
    service = structs.replace(made, registry=noted)
    policy = furnish(service)
    with service.database.writing() as connection:
        tenants.insert(connection, Tenant("a-third", "a-third", ("auditor",), {}, service.clock.now()))
    principals = AUDITOR, structs.replace(AUDITOR, tenant="a-third")
    finished = [
        (submit(service, principal, honest(policy, key=key)).verification, ISSUED)
        for key in ("first", "second")
        for principal in principals
    ]
    assert complete(service, finished) == 4
    assert noted.tenants == ["a-third", "a-third", AUDITOR.tenant, AUDITOR.tenant]
