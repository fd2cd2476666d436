"""The tables of who is told what: webhooks, events, and each event's deliveries."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint, text

from .columns import Moment, Words
from .tables import ID, METADATA, NAME, SERIAL, tenant_column

webhooks = Table(
    "webhooks",
    METADATA,
    Column("id", ID, primary_key=True),
    tenant_column(),
    Column("url", Words(2048), nullable=False),
    Column("events", JSON, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created", Moment, nullable=False),
    Column("removed", Moment),
)

events = Table(
    "events",
    METADATA,
    Column("serial", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    Column("kind", Words(40), nullable=False),  # verdict.issued, verdict.superseded, …
    Column("document", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Column("spread", Boolean, nullable=False),  # whether what follows from it is written
    Index(None, "serial", sqlite_where=text("spread IS 0"), postgresql_where=text("spread IS false")),
)

deliveries = Table(
    "deliveries",
    METADATA,
    Column("serial", SERIAL, primary_key=True, autoincrement=True),
    Column("webhook", ID, ForeignKey("webhooks.id"), nullable=False),
    Column("event", ID, ForeignKey("events.id"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next", Moment),  # None: delivered, or given up
    Column("delivered", Moment),
    Column("answer", NAME),
    UniqueConstraint("webhook", "event"),
    Index(None, "next"),
)
