"""Tenants: who the service works for. They cannot see one another."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from .rows import every, first, put
from .schema import tenants


class Tenant(Struct, frozen=True):
    """A tenant: `roles` the most that its tokens may have, `limits` its own by name, `closed` since when none."""

    id: str
    name: str
    roles: tuple[str, ...]
    limits: dict[str, int]
    created: datetime.datetime
    closed: datetime.datetime | None = None


def insert(connection: Connection, tenant: Tenant) -> bool:
    """Add a tenant; False where its id is taken."""
    return put(connection, tenants, structs.asdict(tenant))


def by_id(connection: Connection, tenant: str) -> Tenant | None:
    """The tenant of that id, closed or not."""
    return first(connection, Tenant, select(tenants).where(tenants.c.id == tenant))


def all_tenants(connection: Connection) -> tuple[Tenant, ...]:
    """Every tenant, by id."""
    return every(connection, Tenant, select(tenants).order_by(tenants.c.id))


def set_limits(connection: Connection, tenant: str, limits: dict[str, int]) -> bool:
    """Replace the tenant's own limits; False where there is no such tenant."""
    return connection.execute(update(tenants).where(tenants.c.id == tenant).values(limits=limits)).rowcount == 1


def close(connection: Connection, tenant: str, at: datetime.datetime) -> bool:
    """Close a tenant for good; False where there is none, or it is closed already."""
    here = (tenants.c.id == tenant) & tenants.c.closed.is_(None)
    return connection.execute(update(tenants).where(here).values(closed=at)).rowcount == 1
