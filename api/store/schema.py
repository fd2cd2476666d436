"""Every table of the service. What a row means stands here; what may be done with it, in the file of its aggregate.

    tenants ─┬─ tokens, identities                      who asks
             ├─ artifacts, evidence                     what is asked about; bytes are blobs, by SHA-256
             ├─ policies, trust_files                   under what: the operator's, and tenants' own
             ├─ verifications ── verdicts               what was asked, once; what came of it, once
             │       └─ citations                       the files that it rests on
             ├─ judged_releases ── verdict_releases     what manifests said that passed: `.schema_releases`
             ├─ vendors, products, channels, releases   what vendors declare
             ├─ statements                              audits, waivers, appeals, withdrawals
             ├─ webhooks ── deliveries                  who is told; `events` is what of: `.schema_outreach`
             ├─ uploads ── upload_parts                 what came so far of a large artifact: `.schema_uploads`
             └─ trail                                   what was done, each entry over the one before

`tenant` is the owner of a row, and part of every look-up: another tenant's row is a row that is not there. Times are
text in RFC 3339, in UTC, of one width, so that they sort. Documents are JSON. What changes here, a revision in
`migrations/` changes in databases that exist; until a version is out, the first one is changed along.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from .columns import Moment, Words
from .schema_outreach import deliveries, events, webhooks
from .schema_releases import judged_releases, verdict_releases
from .schema_uploads import upload_parts, uploads
from .tables import HEX, ID, METADATA, NAME, SERIAL, tenant_column

OPERATOR = "operator"
"""The tenant that is the operator. Policies and trust files of this owner are published: all may use them."""

schema_revision = Table("schema_revision", METADATA, Column("revision", Words(8), primary_key=True))  # one row

tenants = Table(
    "tenants",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("roles", JSON, nullable=False),  # the most that its tokens may have: ["auditor"]
    Column("limits", JSON, nullable=False),  # of its own, by name; the rest are the service's
    Column("created", Moment, nullable=False),
    Column("closed", Moment),
)

tokens = Table(
    "tokens",
    METADATA,
    Column("id", ID, primary_key=True),
    tenant_column(),
    Column("name", NAME, nullable=False),
    Column("secret", HEX, nullable=False, unique=True),  # SHA-256 of the token; the token itself is nowhere
    Column("roles", JSON, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("revoked", Moment),
)

identities = Table(
    "identities",
    METADATA,
    Column("id", ID, primary_key=True),
    tenant_column(),
    Column("issuer", Words(512), nullable=False),
    Column("claims", JSON, nullable=False),  # all must hold: {"repository_owner_id": "9919"}
    Column("roles", JSON, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Column("revoked", Moment),
)

artifacts = Table(
    "artifacts",
    METADATA,
    Column("tenant", ID, ForeignKey("tenants.id"), primary_key=True),
    Column("sha256", HEX, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("digests", JSON, nullable=False),  # {"sha256": …, …}; all that were measured
    Column("size", BigInteger),  # None: the bytes were never seen
    Column("stored", Boolean, nullable=False),  # whether the bytes are still kept
    Column("created", Moment, nullable=False),
)

evidence = Table(
    "evidence",
    METADATA,
    Column("tenant", ID, ForeignKey("tenants.id"), primary_key=True),
    Column("sha256", HEX, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", Moment, nullable=False),
    Column("withdrawn", Moment),
)

policies = Table(
    "policies",
    METADATA,
    Column("tenant", ID, ForeignKey("tenants.id"), primary_key=True),
    Column("digest", HEX, primary_key=True),  # of the canonical form
    Column("id", NAME, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),  # the TOML, as it was given
    Column("verifier", Words(512)),  # the verifier id, of the operator's alone
    Column("created", Moment, nullable=False),
    Column("replaced", Moment),
    UniqueConstraint("tenant", "id", "version"),
)

trust_files = Table(
    "trust_files",
    METADATA,
    Column("tenant", ID, ForeignKey("tenants.id"), primary_key=True),
    Column("name", NAME, primary_key=True),
    Column("sha256", HEX, primary_key=True),
    Column("kind", Words(8), nullable=False),  # root | keys
    Column("dated", Moment),
    Column("created", Moment, nullable=False),
    Column("distrusted", Moment),
)

verifications = Table(
    "verifications",
    METADATA,
    Column("serial", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    Column("key", NAME, nullable=False),  # idempotency: digest of the request, or the client's own
    Column("request", HEX, nullable=False),  # digest of what was asked: one key, one request
    Column("terms", JSON, nullable=False),  # usecases.service.terms: references by digest, now, trust snapshot
    Column("artifact", HEX, nullable=False),
    Column("policy", HEX, nullable=False),
    Column("policy_tenant", ID, nullable=False),
    Column("state", Words(8), nullable=False),  # accepted | done
    Column("attempts", Integer, nullable=False),
    Column("leased_until", Moment),
    Column("lease", ID),
    Column("why", NAME, nullable=False),  # request | the reason of a re-verification
    Column("previous", ID),  # the verdict that this one is to supersede
    Column("actor", NAME, nullable=False),
    Column("created", Moment, nullable=False),
    UniqueConstraint("tenant", "key"),
    Index(None, "state", "leased_until"),
    Index(None, "previous", sqlite_where=text("previous IS NOT NULL"), postgresql_where=text("previous IS NOT NULL")),
)

citations = Table(
    "citations",  # which files' bytes a verification rests on: its terms, so that they can be looked up
    METADATA,
    Column("verification", ID, ForeignKey("verifications.id"), primary_key=True),
    Column("kind", Words(8), primary_key=True),  # evidence | trust | keys
    Column("sha256", HEX, primary_key=True),
    Index(None, "sha256"),
)

verdicts = Table(
    "verdicts",
    METADATA,
    Column("serial", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("verification", ID, ForeignKey("verifications.id"), nullable=False, unique=True),  # exactly one
    tenant_column(),
    Column("artifact", HEX, nullable=False),
    Column("product", NAME),
    Column("policy", HEX, nullable=False),
    Column("policy_tenant", ID, nullable=False),
    Column("outcome", Words(10), nullable=False),
    Column("level", Words(16), nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("opinions", JSON, nullable=False),
    Column("bundle", LargeBinary),  # the signed verdict; None under a tenant's own policy
    Column("supersedes", ID, unique=True),  # a verdict has one successor at most
    Column("created", Moment, nullable=False),
    Index(None, "artifact", "tenant"),
    Index(None, "tenant", "product"),
)

vendors = Table(
    "vendors",
    METADATA,
    Column("id", NAME, primary_key=True),
    tenant_column(),
    Column("name", NAME, nullable=False),
    Column("created", Moment, nullable=False),
)

products = Table(
    "products",
    METADATA,
    Column("vendor", NAME, ForeignKey("vendors.id"), primary_key=True),
    Column("id", NAME, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("version_scheme", Words(16), nullable=False),
    Column("created", Moment, nullable=False),
)

channels = Table(
    "channels",
    METADATA,
    Column("vendor", NAME, primary_key=True),
    Column("product", NAME, primary_key=True),
    Column("id", NAME, primary_key=True),
    Column("created", Moment, nullable=False),
    ForeignKeyConstraint(["vendor", "product"], ["products.vendor", "products.id"]),
)

releases = Table(
    "releases",
    METADATA,
    Column("serial", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    Column("vendor", NAME, nullable=False),
    Column("product", NAME, nullable=False),
    Column("channel", NAME, nullable=False),
    Column("platform", NAME, nullable=False),
    Column("variant", NAME, nullable=False),
    Column("version", NAME, nullable=False),
    Column("artifacts", JSON, nullable=False),  # [sha256, …]
    Column("evidence", JSON, nullable=False),  # [sha256, …]
    Column("created", Moment, nullable=False),
    UniqueConstraint("vendor", "product", "channel", "platform", "variant", "version"),
    ForeignKeyConstraint(["vendor", "product", "channel"], ["channels.vendor", "channels.product", "channels.id"]),
)

statements = Table(
    "statements",
    METADATA,
    Column("serial", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    tenant_column(),
    Column("kind", Words(12), nullable=False),  # audit | waiver | appeal | withdrawal
    Column("about", NAME, nullable=False),  # a verdict, a digest, a release: what it speaks of
    Column("document", JSON, nullable=False),
    Column("actor", NAME, nullable=False),
    Column("created", Moment, nullable=False),
    Column("until", Moment),  # of a waiver
    Index(None, "tenant", "kind", "about"),
)

trail = Table(
    "trail",
    METADATA,
    Column("tenant", ID, ForeignKey("tenants.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),  # from 0, without gaps
    Column("entry", Text, nullable=False),  # canonical JSON: at, actor, act, about, detail
    Column("hash", HEX, nullable=False),  # SHA-256 over the hash before and the entry
)

ELSEWHERE = (deliveries, events, judged_releases, upload_parts, uploads, verdict_releases, webhooks)
"""Tables that stand in files of their own."""
