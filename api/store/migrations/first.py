"""Schema 0001: all that there was at first. A revision has tables of its own: those of `..schema` go on from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(operations: Operations) -> None:
    """Make every table, in a database that has none."""
    _TABLES.create_all(operations.get_bind())


_TABLES = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_ID, _HEX, _NAME, _MOMENT = sa.String(64), sa.String(64), sa.String(255), sa.String(27)
_SUPERSEDING = sa.text("previous IS NOT NULL")
_Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", _ID, sa.ForeignKey("tenants.id"), nullable=False)


sa.Table("schema_revision", _TABLES, sa.Column("revision", sa.String(8), primary_key=True))

sa.Table(
    "tenants",
    _TABLES,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("closed", _MOMENT),
)

sa.Table(
    "tokens",
    _TABLES,
    sa.Column("id", _ID, primary_key=True),
    _tenant(),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("secret", _HEX, nullable=False, unique=True),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("expires", _MOMENT, nullable=False),
    sa.Column("revoked", _MOMENT),
)

sa.Table(
    "identities",
    _TABLES,
    sa.Column("id", _ID, primary_key=True),
    _tenant(),
    sa.Column("issuer", sa.String(512), nullable=False),
    sa.Column("claims", sa.JSON, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("revoked", _MOMENT),
)

sa.Table(
    "artifacts",
    _TABLES,
    sa.Column("tenant", _ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("sha256", _HEX, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("digests", sa.JSON, nullable=False),
    sa.Column("size", sa.BigInteger),
    sa.Column("stored", sa.Boolean, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
)

sa.Table(
    "evidence",
    _TABLES,
    sa.Column("tenant", _ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("sha256", _HEX, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("withdrawn", _MOMENT),
)

sa.Table(
    "policies",
    _TABLES,
    sa.Column("tenant", _ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("digest", _HEX, primary_key=True),
    sa.Column("id", _NAME, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("verifier", sa.String(512)),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("replaced", _MOMENT),
    sa.UniqueConstraint("tenant", "id", "version"),
)

sa.Table(
    "trust_files",
    _TABLES,
    sa.Column("tenant", _ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("sha256", _HEX, primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("dated", _MOMENT),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("distrusted", _MOMENT),
)

sa.Table(
    "verifications",
    _TABLES,
    sa.Column("serial", _Serial, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    _tenant(),
    sa.Column("key", _NAME, nullable=False),
    sa.Column("request", _HEX, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),
    sa.Column("artifact", _HEX, nullable=False),
    sa.Column("policy", _HEX, nullable=False),
    sa.Column("policy_tenant", _ID, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("leased_until", _MOMENT),
    sa.Column("lease", _ID),
    sa.Column("why", _NAME, nullable=False),
    sa.Column("previous", _ID),
    sa.Column("actor", _NAME, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.UniqueConstraint("tenant", "key"),
    sa.Index(None, "state", "leased_until"),
    sa.Index(None, "previous", sqlite_where=_SUPERSEDING, postgresql_where=_SUPERSEDING),
)

sa.Table(
    "citations",
    _TABLES,
    sa.Column("verification", _ID, sa.ForeignKey("verifications.id"), primary_key=True),
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("sha256", _HEX, primary_key=True),
    sa.Index(None, "sha256"),
)

sa.Table(
    "verdicts",
    _TABLES,
    sa.Column("serial", _Serial, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    sa.Column("verification", _ID, sa.ForeignKey("verifications.id"), nullable=False, unique=True),
    _tenant(),
    sa.Column("artifact", _HEX, nullable=False),
    sa.Column("product", _NAME),
    sa.Column("policy", _HEX, nullable=False),
    sa.Column("policy_tenant", _ID, nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Column("opinions", sa.JSON, nullable=False),
    sa.Column("bundle", sa.LargeBinary),
    sa.Column("supersedes", _ID, unique=True),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Index(None, "tenant", "artifact"),
    sa.Index(None, "tenant", "product"),
)

sa.Table(
    "vendors",
    _TABLES,
    sa.Column("id", _NAME, primary_key=True),
    _tenant(),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
)

sa.Table(
    "products",
    _TABLES,
    sa.Column("vendor", _NAME, sa.ForeignKey("vendors.id"), primary_key=True),
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("version_scheme", sa.String(16), nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
)

sa.Table(
    "channels",
    _TABLES,
    sa.Column("vendor", _NAME, primary_key=True),
    sa.Column("product", _NAME, primary_key=True),
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("created", _MOMENT, nullable=False),
    sa.ForeignKeyConstraint(["vendor", "product"], ["products.vendor", "products.id"]),
)

sa.Table(
    "releases",
    _TABLES,
    sa.Column("serial", _Serial, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    _tenant(),
    sa.Column("vendor", _NAME, nullable=False),
    sa.Column("product", _NAME, nullable=False),
    sa.Column("channel", _NAME, nullable=False),
    sa.Column("platform", _NAME, nullable=False),
    sa.Column("variant", _NAME, nullable=False),
    sa.Column("version", _NAME, nullable=False),
    sa.Column("artifacts", sa.JSON, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.UniqueConstraint("vendor", "product", "channel", "platform", "variant", "version"),
    sa.ForeignKeyConstraint(["vendor", "product", "channel"], ["channels.vendor", "channels.product", "channels.id"]),
)

sa.Table(
    "statements",
    _TABLES,
    sa.Column("serial", _Serial, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    _tenant(),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("about", _NAME, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("actor", _NAME, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("until", _MOMENT),
    sa.Index(None, "tenant", "kind", "about"),
)

sa.Table(
    "webhooks",
    _TABLES,
    sa.Column("id", _ID, primary_key=True),
    _tenant(),
    sa.Column("url", sa.String(2048), nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("removed", _MOMENT),
)

sa.Table(
    "events",
    _TABLES,
    sa.Column("serial", _Serial, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    _tenant(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("created", _MOMENT, nullable=False),
    sa.Column("spread", sa.Boolean, nullable=False),
    sa.Index(None, "serial", sqlite_where=sa.text("spread IS 0"), postgresql_where=sa.text("spread IS false")),
)

sa.Table(
    "deliveries",
    _TABLES,
    sa.Column("serial", _Serial, primary_key=True, autoincrement=True),
    sa.Column("webhook", _ID, sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("event", _ID, sa.ForeignKey("events.id"), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next", _MOMENT),
    sa.Column("delivered", _MOMENT),
    sa.Column("answer", _NAME),
    sa.UniqueConstraint("webhook", "event"),
    sa.Index(None, "next"),
)

sa.Table(
    "trail",
    _TABLES,
    sa.Column("tenant", _ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("hash", _HEX, nullable=False),
)

sa.Table(
    "uploads",
    _TABLES,
    sa.Column("id", _ID, primary_key=True),
    _tenant(),
    sa.Column("sha256", _HEX, nullable=False),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", _MOMENT, nullable=False, index=True),
    sa.Column("done", _MOMENT),
)

sa.Table(
    "upload_parts",
    _TABLES,
    sa.Column("upload", _ID, sa.ForeignKey("uploads.id"), primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("blob", _HEX, nullable=False),
)
