"""Schema 0001: what vendors declare, what is stated, who is told, the trail, and uploads."""

from __future__ import annotations

import sqlalchemy as sa

from .first_ground import HEX, ID, MOMENT, NAME, SERIAL, TABLES, tenant_column

sa.Table(
    "vendors",
    TABLES,
    sa.Column("id", NAME, primary_key=True),
    tenant_column(),
    sa.Column("name", NAME, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
)

sa.Table(
    "products",
    TABLES,
    sa.Column("vendor", NAME, sa.ForeignKey("vendors.id"), primary_key=True),
    sa.Column("id", NAME, primary_key=True),
    sa.Column("name", NAME, nullable=False),
    sa.Column("version_scheme", sa.String(16), nullable=False),
    sa.Column("created", MOMENT, nullable=False),
)

sa.Table(
    "channels",
    TABLES,
    sa.Column("vendor", NAME, primary_key=True),
    sa.Column("product", NAME, primary_key=True),
    sa.Column("id", NAME, primary_key=True),
    sa.Column("created", MOMENT, nullable=False),
    sa.ForeignKeyConstraint(["vendor", "product"], ["products.vendor", "products.id"]),
)

sa.Table(
    "releases",
    TABLES,
    sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    sa.Column("vendor", NAME, nullable=False),
    sa.Column("product", NAME, nullable=False),
    sa.Column("channel", NAME, nullable=False),
    sa.Column("platform", NAME, nullable=False),
    sa.Column("variant", NAME, nullable=False),
    sa.Column("version", NAME, nullable=False),
    sa.Column("artifacts", sa.JSON, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.UniqueConstraint("vendor", "product", "channel", "platform", "variant", "version"),
    sa.ForeignKeyConstraint(["vendor", "product", "channel"], ["channels.vendor", "channels.product", "channels.id"]),
)

sa.Table(
    "statements",
    TABLES,
    sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("about", NAME, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("actor", NAME, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("until", MOMENT),
    sa.Index(None, "tenant", "kind", "about"),
)

sa.Table(
    "webhooks",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    tenant_column(),
    sa.Column("url", sa.String(2048), nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("removed", MOMENT),
)

sa.Table(
    "events",
    TABLES,
    sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("spread", sa.Boolean, nullable=False),
    sa.Index(None, "serial", sqlite_where=sa.text("spread IS 0"), postgresql_where=sa.text("spread IS false")),
)

sa.Table(
    "deliveries",
    TABLES,
    sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("webhook", ID, sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("event", ID, sa.ForeignKey("events.id"), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next", MOMENT),
    sa.Column("delivered", MOMENT),
    sa.Column("answer", NAME),
    sa.UniqueConstraint("webhook", "event"),
    sa.Index(None, "next"),
)

sa.Table(
    "trail",
    TABLES,
    sa.Column("tenant", ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("hash", HEX, nullable=False),
)

sa.Table(
    "uploads",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    tenant_column(),
    sa.Column("sha256", HEX, nullable=False),
    sa.Column("name", NAME, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", MOMENT, nullable=False, index=True),
    sa.Column("done", MOMENT),
)

sa.Table(
    "upload_parts",
    TABLES,
    sa.Column("upload", ID, sa.ForeignKey("uploads.id"), primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("blob", HEX, nullable=False),
)
