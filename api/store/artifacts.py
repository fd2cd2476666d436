"""Artifacts that a tenant asked about: their digests and, where their bytes were sent, their size."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.engine import Connection

from .rows import Page, every, one, page, put
from .schema import artifacts


class Artifact(Struct, frozen=True):
    """An artifact of a tenant's: `size` None where its bytes were never seen, `stored` whether they are still kept."""

    tenant: str
    sha256: str
    name: str
    digests: dict[str, str]
    size: int | None
    stored: bool
    created: datetime.datetime


def insert(connection: Connection, artifact: Artifact) -> bool:
    """Add an artifact; False where the tenant has one of that digest.

    Bytes that come after a digest alone complete it, and bytes that come again are as new, for whoever sweeps old
    ones: digests and size are what was measured, its name stays.
    """
    if put(connection, artifacts, structs.asdict(artifact)):
        return True
    if artifact.stored:
        measured = {
            "digests": artifact.digests,
            "size": artifact.size,
            "stored": True,
            "created": artifact.created,
        }
        connection.execute(update(artifacts).where(_here(artifact.tenant, artifact.sha256)).values(**measured))
    return False


def by_sha256(connection: Connection, tenant: str, sha256: str) -> Artifact | None:
    """The tenant's artifact of that digest."""
    return one(connection, Artifact, artifacts, tenant=tenant, sha256=sha256)


def page_of(connection: Connection, tenant: str, cursor: str | None, size: int) -> Page[Artifact]:
    """The tenant's artifacts, by digest."""
    mine = select(artifacts).where(artifacts.c.tenant == tenant)
    return page(connection, Artifact, mine, artifacts.c.sha256, cursor, size)


def stored_before(connection: Connection, before: datetime.datetime, limit: int) -> tuple[Artifact, ...]:
    """Artifacts of any tenant that came before a moment and whose bytes are kept, oldest first."""
    old = select(artifacts).where(artifacts.c.stored.is_(True), artifacts.c.created < before)
    return every(connection, Artifact, old.order_by(artifacts.c.created).limit(limit))


def forget(connection: Connection, tenant: str, sha256: str) -> bool:
    """Say that the bytes are kept no more for this tenant; True where no other tenant has them kept either."""
    connection.execute(update(artifacts).where(_here(tenant, sha256)).values(stored=False))
    kept = select(func.count()).select_from(artifacts).where(artifacts.c.sha256 == sha256, artifacts.c.stored.is_(True))
    return connection.execute(kept).scalar_one() == 0


def _here(tenant: str, sha256: str) -> ColumnElement[bool]:
    return (artifacts.c.tenant == tenant) & (artifacts.c.sha256 == sha256)
