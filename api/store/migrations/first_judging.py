"""Schema 0001: who asks, what is asked about, under what, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa

from .first_ground import HEX, ID, MOMENT, NAME, SERIAL, SUPERSEDING, TABLES, tenant_column

sa.Table("schema_revision", TABLES, sa.Column("revision", sa.String(8), primary_key=True))

sa.Table(
    "tenants",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("name", NAME, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("closed", MOMENT),
)

sa.Table(
    "tokens",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    tenant_column(),
    sa.Column("name", NAME, nullable=False),
    sa.Column("secret", HEX, nullable=False, unique=True),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("expires", MOMENT, nullable=False),
    sa.Column("revoked", MOMENT),
)

sa.Table(
    "identities",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    tenant_column(),
    sa.Column("issuer", sa.String(512), nullable=False),
    sa.Column("claims", sa.JSON, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("revoked", MOMENT),
)

sa.Table(
    "artifacts",
    TABLES,
    sa.Column("tenant", ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("sha256", HEX, primary_key=True),
    sa.Column("name", NAME, nullable=False),
    sa.Column("digests", sa.JSON, nullable=False),
    sa.Column("size", sa.BigInteger),
    sa.Column("stored", sa.Boolean, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
)

sa.Table(
    "evidence",
    TABLES,
    sa.Column("tenant", ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("sha256", HEX, primary_key=True),
    sa.Column("name", NAME, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("withdrawn", MOMENT),
)

sa.Table(
    "policies",
    TABLES,
    sa.Column("tenant", ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("digest", HEX, primary_key=True),
    sa.Column("id", NAME, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("verifier", sa.String(512)),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("replaced", MOMENT),
    sa.UniqueConstraint("tenant", "id", "version"),
)

sa.Table(
    "trust_files",
    TABLES,
    sa.Column("tenant", ID, sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("name", NAME, primary_key=True),
    sa.Column("sha256", HEX, primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("dated", MOMENT),
    sa.Column("created", MOMENT, nullable=False),
    sa.Column("distrusted", MOMENT),
)

sa.Table(
    "verifications",
    TABLES,
    sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    sa.Column("key", NAME, nullable=False),
    sa.Column("request", HEX, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),
    sa.Column("artifact", HEX, nullable=False),
    sa.Column("policy", HEX, nullable=False),
    sa.Column("policy_tenant", ID, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("leased_until", MOMENT),
    sa.Column("lease", ID),
    sa.Column("why", NAME, nullable=False),
    sa.Column("previous", ID),
    sa.Column("actor", NAME, nullable=False),
    sa.Column("created", MOMENT, nullable=False),
    sa.UniqueConstraint("tenant", "key"),
    sa.Index(None, "state", "leased_until"),
    sa.Index(None, "previous", sqlite_where=SUPERSEDING, postgresql_where=SUPERSEDING),
)

sa.Table(
    "citations",
    TABLES,
    sa.Column("verification", ID, sa.ForeignKey("verifications.id"), primary_key=True),
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("sha256", HEX, primary_key=True),
    sa.Index(None, "sha256"),
)

sa.Table(
    "verdicts",
    TABLES,
    sa.Column("serial", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("id", ID, nullable=False, unique=True),
    sa.Column("verification", ID, sa.ForeignKey("verifications.id"), nullable=False, unique=True),
    tenant_column(),
    sa.Column("artifact", HEX, nullable=False),
    sa.Column("product", NAME),
    sa.Column("policy", HEX, nullable=False),
    sa.Column("policy_tenant", ID, nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Column("opinions", sa.JSON, nullable=False),
    sa.Column("bundle", sa.LargeBinary),
    sa.Column("supersedes", ID, unique=True),
    sa.Column("created", MOMENT, nullable=False),
    sa.Index(None, "artifact", "tenant"),
    sa.Index(None, "tenant", "product"),
)

sa.Table(
    "judged_releases",
    TABLES,
    sa.Column("digest", HEX, primary_key=True),
    sa.Column("vendor", NAME, nullable=False),
    sa.Column("product", NAME, nullable=False),
    sa.Column("channel", NAME, nullable=False),
    sa.Column("platform", NAME, nullable=False),
    sa.Column("variant", NAME, nullable=False),
    sa.Column("version", NAME, nullable=False),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Index(None, "vendor", "product", "channel"),
)

sa.Table(
    "verdict_releases",
    TABLES,
    sa.Column("verdict", ID, sa.ForeignKey("verdicts.id"), primary_key=True),
    sa.Column("release", HEX, sa.ForeignKey("judged_releases.digest"), primary_key=True),
    sa.Index(None, "release"),
)
