"""Events: what happened that others want to hear of. Written in the transaction in which it happened, so none is lost.

An event is spread once its consequences are written: the deliveries to whoever asked, and what is to be verified again.
"""

from __future__ import annotations

import datetime
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import Connection

from .rows import Page, every, first, page, put
from .schema_outreach import events


class Event(Struct, frozen=True, kw_only=True):
    """One event: `kind` as ``verdict.issued``, `document` what a webhook is told. `serial` is the database's own."""

    id: str
    tenant: str
    kind: str
    document: dict[str, Any]
    created: datetime.datetime
    spread: bool = False
    serial: int = 0


def insert(connection: Connection, event: Event) -> bool:
    """Write an event; False where there is one of that id."""
    row = structs.asdict(event)
    del row["serial"]
    return put(connection, events, row)


def by_id(connection: Connection, event: str) -> Event | None:
    """The event of that id, whoever's: for whoever delivers, not for whoever asks."""
    return _first(connection, events.c.id == event)


def waiting(connection: Connection, after: int, limit: int) -> tuple[Event, ...]:
    """At most `limit` events that are not spread, with serials above `after`, oldest first."""
    mine = select(events).where(events.c.spread.is_(False), events.c.serial > after)
    return every(connection, Event, mine.order_by(events.c.serial).limit(limit))


def mark_spread(connection: Connection, event: str) -> bool:
    """Say that an event's consequences are written; False where another said so."""
    here = (events.c.id == event) & events.c.spread.is_(False)
    return connection.execute(update(events).where(here).values(spread=True)).rowcount == 1


def page_of(connection: Connection, tenant: str, cursor: str | None, size: int) -> Page[Event]:
    """The tenant's events, newest first."""
    mine = select(events).where(events.c.tenant == tenant)
    return page(connection, Event, mine, events.c.serial, cursor, size, newest_first=True)


def _first(connection: Connection, *clauses: ColumnElement[bool]) -> Event | None:
    return first(connection, Event, select(events).where(*clauses))
