"""Deliveries: one event to one webhook, with every attempt's end. They are the delivery log.

Whoever takes one up first moves `next` to the time of the attempt after: a worker that dies in between loses nothing,
and the receiver may hear of an event twice, never of none.
"""

from __future__ import annotations

import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import Connection

from .rows import Page, every, page, put
from .schema_outreach import deliveries, webhooks


class Delivery(Struct, frozen=True, kw_only=True):
    """How far a delivery is: `next` when it is tried again, None once delivered or given up; `answer` the last one."""

    serial: int
    webhook: str
    event: str
    attempts: int
    next: datetime.datetime | None
    delivered: datetime.datetime | None
    answer: str | None


def insert(connection: Connection, webhook: str, event: str, at: datetime.datetime) -> bool:
    """Have `event` delivered to `webhook` from `at` on; False where it is already."""
    row: dict[str, Any] = {"webhook": webhook, "event": event, "attempts": 0, "next": at}
    return put(connection, deliveries, row)


def due(connection: Connection, now: datetime.datetime, limit: int) -> tuple[Delivery, ...]:
    """At most `limit` deliveries whose time has come, in that order."""
    mine = select(deliveries).where(deliveries.c.next <= now)
    return every(connection, Delivery, mine.order_by(deliveries.c.next, deliveries.c.serial).limit(limit))


def take_up(connection: Connection, delivery: Delivery, until: datetime.datetime) -> bool:
    """Begin an attempt, unless another did; should it never be heard of, the next is at `until`."""
    here = (deliveries.c.serial == delivery.serial) & (deliveries.c.attempts == delivery.attempts)
    taken = {"attempts": delivery.attempts + 1, "next": until}
    return (
        connection.execute(update(deliveries).where(here, deliveries.c.next.is_not(None)).values(**taken)).rowcount == 1
    )


def settle(connection: Connection, delivery: Delivery, at: datetime.datetime | None, answer: str) -> None:
    """Write down how an attempt ended: delivered `at`, or (None) given up."""
    settled = {"next": None, "delivered": at, "answer": answer}
    connection.execute(update(deliveries).where(_open(delivery)).values(**settled))


def note(connection: Connection, delivery: Delivery, answer: str) -> None:
    """Write down the end of an attempt that another follows."""
    connection.execute(update(deliveries).where(_open(delivery)).values(answer=answer))


def again(connection: Connection, webhook: str, event: str, at: datetime.datetime) -> bool:
    """Have a delivery that was given up tried again from `at` on, with all its attempts; False where there is none."""
    here = (deliveries.c.webhook == webhook) & (deliveries.c.event == event) & deliveries.c.delivered.is_(None)
    return connection.execute(update(deliveries).where(here).values(attempts=0, next=at)).rowcount == 1


def page_of(connection: Connection, tenant: str, webhook: str, cursor: str | None, size: int) -> Page[Delivery]:
    """The deliveries to a webhook of the tenant's, newest first."""
    mine = select(deliveries).join(webhooks, webhooks.c.id == deliveries.c.webhook)
    wanted = mine.where(webhooks.c.tenant == tenant, deliveries.c.webhook == webhook)
    return page(connection, Delivery, wanted, deliveries.c.serial, cursor, size, newest_first=True)


def _open(delivery: Delivery) -> ColumnElement[bool]:
    """A delivery that arrived stays so, whatever a slower attempt has to say."""
    return (deliveries.c.serial == delivery.serial) & deliveries.c.delivered.is_(None)
