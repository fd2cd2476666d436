"""Policies: the operator's, which are published and signed under, and tenants' own, which sign nothing.

A version of a policy is written once. The next version replaces it; what was judged under it stands.
"""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import bindparam, func, literal, select, update
from sqlalchemy.engine import Connection

from .rows import every, one, put, value_of
from .schema import policies


class StoredPolicy(Struct, frozen=True):
    """A version of a policy: `digest` of its canonical form, `content` the TOML; `verifier` of the operator's alone."""

    tenant: str
    digest: str
    id: str
    version: int
    content: str
    created: datetime.datetime
    verifier: str | None = None
    replaced: datetime.datetime | None = None


_WITHOUT_CONTENT = (*(column for column in policies.c if column.name != "content"), literal("").label("content"))
_PRESENT = (
    select(policies)
    .where(policies.c.tenant == bindparam("owner"), policies.c.id == bindparam("named"), policies.c.replaced.is_(None))
    .order_by(policies.c.version.desc())
    .limit(1)
)


def insert(connection: Connection, policy: StoredPolicy) -> bool:
    """Add a version of a policy; False where the tenant has that version, or that very policy, already."""
    return put(connection, policies, structs.asdict(policy))


def name(connection: Connection, policy: StoredPolicy) -> None:
    """Give a policy that the tenant has by its digest alone its id and version."""
    here = (policies.c.tenant == policy.tenant) & (policies.c.digest == policy.digest)
    connection.execute(update(policies).where(here).values(**structs.asdict(policy)))


def by_digest(connection: Connection, tenant: str, digest: str) -> StoredPolicy | None:
    """The tenant's policy of that digest, replaced or not."""
    return one(connection, StoredPolicy, policies, tenant=tenant, digest=digest)


def by_version(connection: Connection, tenant: str, policy: str, version: int) -> StoredPolicy | None:
    """That version of the tenant's policy, replaced or not."""
    return one(connection, StoredPolicy, policies, tenant=tenant, id=policy, version=version)


def present(connection: Connection, tenant: str, policy: str) -> StoredPolicy | None:
    """The latest version of the tenant's policy that is not replaced."""
    row = connection.execute(_PRESENT, {"owner": tenant, "named": policy}).mappings().first()
    return None if row is None else value_of(StoredPolicy, row)


def of_tenant(connection: Connection, tenant: str, but: str | None = None) -> tuple[StoredPolicy, ...]:
    """The tenant's policies, each with its versions, oldest first, without their content: it may be a great deal.

    `but` is how ids begin of those that are left out.
    """
    mine = select(*_WITHOUT_CONTENT).where(policies.c.tenant == tenant)
    if but is not None:
        mine = mine.where(~policies.c.id.startswith(but, autoescape=True))
    return every(connection, StoredPolicy, mine.order_by(policies.c.id, policies.c.version))


def latest_version(connection: Connection, tenant: str, policy: str) -> int | None:
    """The highest version of the tenant's policy of that id, replaced or not."""
    mine = (policies.c.tenant == tenant) & (policies.c.id == policy)
    latest: int | None = connection.execute(select(func.max(policies.c.version)).where(mine)).scalar_one()
    return latest


def replace(connection: Connection, tenant: str, digest: str, at: datetime.datetime) -> bool:
    """Say that a policy is replaced or retired, for good; False where there is none, or it is already."""
    here = (policies.c.tenant == tenant) & (policies.c.digest == digest) & policies.c.replaced.is_(None)
    return connection.execute(update(policies).where(here).values(replaced=at)).rowcount == 1
