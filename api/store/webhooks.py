"""Webhooks: who is told of which events. One that is removed gets nothing more; what it got stays in the log."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from .rows import Page, every, first, page, put
from .schema import tenants
from .schema_outreach import webhooks


class Webhook(Struct, frozen=True, kw_only=True):
    """A webhook: `events` the kinds it wants, `secret` the raw key of its signatures."""

    id: str
    tenant: str
    url: str
    events: tuple[str, ...]
    secret: bytes
    created: datetime.datetime
    removed: datetime.datetime | None = None


def insert(connection: Connection, webhook: Webhook) -> bool:
    """Add a webhook; False where there is one of that id."""
    return put(connection, webhooks, structs.asdict(webhook))


def by_id(connection: Connection, tenant: str, webhook: str) -> Webhook | None:
    """The tenant's webhook of that id, removed or not."""
    return first(connection, Webhook, select(webhooks).where(webhooks.c.tenant == tenant, webhooks.c.id == webhook))


def of_any_tenant(connection: Connection, webhook: str) -> Webhook | None:
    """The webhook of that id, whoever's: for whoever delivers, not for whoever asks."""
    return first(connection, Webhook, select(webhooks).where(webhooks.c.id == webhook))


def of_tenant(connection: Connection, tenant: str) -> tuple[Webhook, ...]:
    """The webhooks of a tenant that is not closed, but for those that are removed; oldest first."""
    mine = select(webhooks).join(tenants, tenants.c.id == webhooks.c.tenant)
    mine = mine.where(webhooks.c.tenant == tenant, webhooks.c.removed.is_(None), tenants.c.closed.is_(None))
    return every(connection, Webhook, mine.order_by(webhooks.c.created, webhooks.c.id))


def count(connection: Connection, tenant: str) -> int:
    """How many webhooks the tenant has."""
    mine = select(func.count()).select_from(webhooks)
    return connection.execute(mine.where(webhooks.c.tenant == tenant, webhooks.c.removed.is_(None))).scalar_one()


def page_of(connection: Connection, tenant: str, cursor: str | None, size: int) -> Page[Webhook]:
    """The tenant's webhooks that are not removed, by id."""
    mine = select(webhooks).where(webhooks.c.tenant == tenant, webhooks.c.removed.is_(None))
    return page(connection, Webhook, mine, webhooks.c.id, cursor, size)


def remove(connection: Connection, tenant: str, webhook: str, at: datetime.datetime) -> bool:
    """Remove a webhook for good; False where there is none, or it is removed already."""
    here = (webhooks.c.tenant == tenant) & (webhooks.c.id == webhook) & webhooks.c.removed.is_(None)
    return connection.execute(update(webhooks).where(here).values(removed=at)).rowcount == 1
