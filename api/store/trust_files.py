"""Trust files: trusted roots and files of keys, the operator's, which are published, and tenants' own. Bytes are blobs.

A name keeps every file that it ever stood for: a verdict names the one that it was given under by its digest.
"""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.engine import Connection

from .rows import every, first, put, value_of
from .schema import trust_files


class StoredTrust(Struct, frozen=True):
    """A trust file: `kind` root or keys, `dated` when a root was obtained; `distrusted` since when nothing takes it."""

    tenant: str
    name: str
    sha256: str
    kind: str
    created: datetime.datetime
    dated: datetime.datetime | None = None
    distrusted: datetime.datetime | None = None


_PRESENT = (
    select(trust_files)
    .where(
        trust_files.c.tenant == bindparam("owner"),
        trust_files.c.name == bindparam("named"),
        trust_files.c.distrusted.is_(None),
    )
    .order_by(trust_files.c.created.desc(), trust_files.c.sha256)
    .limit(1)
)


def insert(connection: Connection, stored: StoredTrust) -> bool:
    """Add a trust file; False where the tenant has that very file under that name."""
    return put(connection, trust_files, structs.asdict(stored))


def present(connection: Connection, tenant: str, name: str) -> StoredTrust | None:
    """The file that the tenant's name stands for now: the latest that is not distrusted."""
    row = connection.execute(_PRESENT, {"owner": tenant, "named": name}).mappings().first()
    return None if row is None else value_of(StoredTrust, row)


def by_sha256(connection: Connection, tenant: str, sha256: str) -> StoredTrust | None:
    """A trust file of the tenant's by its digest, under whichever name; distrusted only where no other is."""
    return _first(connection, tenant, trust_files.c.sha256 == sha256)


def of_tenant(connection: Connection, tenant: str) -> tuple[StoredTrust, ...]:
    """The tenant's trust files by name, oldest first."""
    mine = select(trust_files).where(trust_files.c.tenant == tenant)
    return every(connection, StoredTrust, mine.order_by(trust_files.c.name, trust_files.c.created))


def count(connection: Connection, tenant: str) -> int:
    """How many files the tenant has, but for those that are distrusted."""
    mine = select(func.count()).select_from(trust_files)
    return connection.execute(
        mine.where(trust_files.c.tenant == tenant, trust_files.c.distrusted.is_(None))
    ).scalar_one()


def distrust(connection: Connection, tenant: str, sha256: str, at: datetime.datetime) -> bool:
    """Distrust a file under all its names, for good; False where there is none, or it is already."""
    here = (trust_files.c.tenant == tenant) & (trust_files.c.sha256 == sha256) & trust_files.c.distrusted.is_(None)
    return connection.execute(update(trust_files).where(here).values(distrusted=at)).rowcount > 0


def _first(connection: Connection, tenant: str, clause: ColumnElement[bool]) -> StoredTrust | None:
    mine = select(trust_files).where(trust_files.c.tenant == tenant, clause)
    order = (trust_files.c.distrusted.is_not(None), trust_files.c.created.desc(), trust_files.c.sha256)
    return first(connection, StoredTrust, mine.order_by(*order))
