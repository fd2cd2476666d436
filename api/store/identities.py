"""Identities: whom a tenant lets in on an issuer's word, by claims that must all hold."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from .rows import every, put
from .schema import identities


class Identity(Struct, frozen=True):
    """Whoever `issuer` says all `claims` of, and what they may then do. `revoked` is since when it lets nobody in."""

    id: str
    tenant: str
    issuer: str
    claims: dict[str, str]
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created: datetime.datetime
    revoked: datetime.datetime | None = None


def insert(connection: Connection, identity: Identity) -> bool:
    """Add an identity; False where its id is taken."""
    return put(connection, identities, structs.asdict(identity))


def of_tenant(connection: Connection, tenant: str) -> tuple[Identity, ...]:
    """The tenant's identities, revoked ones too, oldest first."""
    mine = select(identities).where(identities.c.tenant == tenant)
    return every(connection, Identity, mine.order_by(identities.c.created, identities.c.id))


def by_issuer(connection: Connection, tenant: str, issuer: str) -> tuple[Identity, ...]:
    """The tenant's identities of that issuer that are not revoked, oldest first."""
    mine = (identities.c.tenant == tenant) & (identities.c.issuer == issuer) & identities.c.revoked.is_(None)
    return every(connection, Identity, select(identities).where(mine).order_by(identities.c.created, identities.c.id))


def by_id(connection: Connection, tenant: str, identity: str) -> Identity | None:
    """An identity of the tenant's."""
    return next((each for each in of_tenant(connection, tenant) if each.id == identity), None)


def revoke(connection: Connection, tenant: str, identity: str, at: datetime.datetime) -> bool:
    """Revoke an identity of the tenant's for good; False where there is none, or it is revoked already."""
    here = (identities.c.tenant == tenant) & (identities.c.id == identity) & identities.c.revoked.is_(None)
    return connection.execute(update(identities).where(here).values(revoked=at)).rowcount == 1
