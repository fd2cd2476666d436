"""Evidence that a tenant sent: what it is called; its bytes are a blob. It is never edited, and never deleted."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from .rows import Page, one, page, put
from .schema import evidence


class StoredEvidence(Struct, frozen=True):
    """A file of evidence of a tenant's, `size` in bytes; `withdrawn` since when no new verification takes it."""

    tenant: str
    sha256: str
    name: str
    size: int
    created: datetime.datetime
    withdrawn: datetime.datetime | None = None


def insert(connection: Connection, stored: StoredEvidence) -> bool:
    """Add evidence; False where the tenant has that very file, under whichever name."""
    return put(connection, evidence, structs.asdict(stored))


def by_sha256(connection: Connection, tenant: str, sha256: str) -> StoredEvidence | None:
    """The tenant's evidence of that digest, withdrawn or not."""
    return one(connection, StoredEvidence, evidence, tenant=tenant, sha256=sha256)


def page_of(connection: Connection, tenant: str, cursor: str | None, size: int) -> Page[StoredEvidence]:
    """The tenant's evidence, by digest."""
    mine = select(evidence).where(evidence.c.tenant == tenant)
    return page(connection, StoredEvidence, mine, evidence.c.sha256, cursor, size)


def withdraw(connection: Connection, tenant: str, sha256: str, at: datetime.datetime) -> bool:
    """Withdraw evidence for good; False where there is none, or it is withdrawn already."""
    here = (evidence.c.tenant == tenant) & (evidence.c.sha256 == sha256) & evidence.c.withdrawn.is_(None)
    return connection.execute(update(evidence).where(here).values(withdrawn=at)).rowcount == 1
