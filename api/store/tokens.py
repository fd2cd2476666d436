"""Tokens: what a tenant asks with. The store has the SHA-256 of one; the token itself is nowhere."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.engine import Connection

from .rows import Page, every, first, page, put, value_of
from .schema import tenants, tokens


class Token(Struct, frozen=True):
    """What a token may do, and until when. `revoked` is since when it may do nothing."""

    id: str
    tenant: str
    name: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created: datetime.datetime
    expires: datetime.datetime
    revoked: datetime.datetime | None = None


def insert(connection: Connection, token: Token, secret: str) -> bool:
    """Add a token whose SHA-256 is `secret` (hex); False where the id or the secret is taken."""
    return put(connection, tokens, {**structs.asdict(token), "secret": secret})


def find(connection: Connection, secret: str) -> Token | None:
    """The token whose SHA-256 is `secret` (hex), expired and revoked ones too: whoever asks says which it was."""
    return first(connection, Token, select(tokens).where(tokens.c.secret == secret))


class Held(Struct, frozen=True):
    """A token with what its tenant adds: the most it may, its limits, and since when it asks nothing any more."""

    token: Token
    tenant_roles: tuple[str, ...]
    limits: dict[str, int]
    closed: datetime.datetime | None


_HELD = (
    select(tokens, tenants.c.roles.label("tenant_roles"), tenants.c.limits, tenants.c.closed)
    .join(tenants, tenants.c.id == tokens.c.tenant)
    .where(tokens.c.secret == bindparam("digest"))
)
"""Made once: every request begins with it."""


def find_held(connection: Connection, secret: str) -> Held | None:
    """As `find`, with what the token's tenant adds, in one look."""
    row = connection.execute(_HELD, {"digest": secret}).mappings().first()
    if row is None:
        return None
    return Held(value_of(Token, row), tuple(row["tenant_roles"]), row["limits"], row["closed"])


def by_id(connection: Connection, tenant: str, token: str) -> Token | None:
    """A token of the tenant's."""
    return first(connection, Token, select(tokens).where(tokens.c.tenant == tenant, tokens.c.id == token))


def of_tenant(connection: Connection, tenant: str) -> tuple[Token, ...]:
    """The tenant's tokens, oldest first."""
    mine = select(tokens).where(tokens.c.tenant == tenant)
    return every(connection, Token, mine.order_by(tokens.c.created, tokens.c.id))


def page_of(connection: Connection, tenant: str, cursor: str | None, size: int) -> Page[Token]:
    """The tenant's tokens, by id."""
    return page(connection, Token, select(tokens).where(tokens.c.tenant == tenant), tokens.c.id, cursor, size)


def remove_ended(connection: Connection, before: datetime.datetime) -> int:
    """Remove tokens of any tenant that expired, or were revoked, before a moment; how many."""
    ended = or_(tokens.c.expires < before, tokens.c.revoked < before)
    return connection.execute(delete(tokens).where(ended)).rowcount


def revoke(connection: Connection, tenant: str, token: str, at: datetime.datetime) -> bool:
    """Revoke a token of the tenant's for good; False where there is none, or it is revoked already."""
    here = (tokens.c.tenant == tenant) & (tokens.c.id == token) & tokens.c.revoked.is_(None)
    return connection.execute(update(tokens).where(here).values(revoked=at)).rowcount == 1
