"""Verifications: what was asked, once, and who is at work on it.

A lease is how long a worker may be silent. One that runs out is free again: whoever died with it lost nothing, since
terms are fixed and a verdict is unique.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.engine import Connection

from .rows import Page, one, page, put, value_of
from .schema import citations, verifications

ACCEPTED, DONE = "accepted", "done"


class Verification(Struct, frozen=True, kw_only=True):
    """One request for a verdict. `terms` are `usecases.service.terms`'s tree; `serial` is the database's own."""

    id: str
    tenant: str
    key: str
    request: str
    terms: dict[str, Any]
    artifact: str
    policy: str
    policy_tenant: str
    actor: str
    created: datetime.datetime
    why: str = "request"
    previous: str | None = None
    state: str = ACCEPTED
    attempts: int = 0
    leased_until: datetime.datetime | None = None
    lease: str | None = None
    serial: int = 0


_CITE = citations.insert()
_FREE = (
    select(verifications)
    .where(
        verifications.c.state == ACCEPTED,
        or_(verifications.c.leased_until.is_(None), verifications.c.leased_until <= bindparam("at")),
    )
    .order_by(verifications.c.serial)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = update(verifications).where(verifications.c.serial.in_(bindparam("serials", expanding=True)))
_FINISH = (
    update(verifications)
    .where(verifications.c.id == bindparam("of"), verifications.c.state == ACCEPTED)
    .values(state=DONE, lease=None, leased_until=None)
)
_DONE_OF = select(verifications.c.id).where(
    verifications.c.id.in_(bindparam("asked", expanding=True)), verifications.c.state == DONE
)
_PENDING = select(func.count()).select_from(verifications).where(verifications.c.state == ACCEPTED)
_PENDING_OF = _PENDING.where(verifications.c.tenant == bindparam("of"))
"""Made once: every verification runs them."""


def insert(connection: Connection, verification: Verification) -> bool:
    """Accept a verification; False where the tenant has one under that key."""
    row = structs.asdict(verification)
    del row["serial"]
    if not put(connection, verifications, row):
        return False
    for kind in ("evidence", "trust", "keys"):
        for sha256 in {file["sha256"] for file in verification.terms.get(kind, ())}:
            cited = {"verification": verification.id, "kind": kind, "sha256": sha256}
            connection.execute(_CITE, cited)
    return True


def by_key(connection: Connection, tenant: str, key: str) -> Verification | None:
    """The tenant's verification under that idempotency key."""
    return one(connection, Verification, verifications, tenant=tenant, key=key)


def by_id(connection: Connection, tenant: str, verification: str) -> Verification | None:
    """The tenant's verification of that id."""
    return one(connection, Verification, verifications, tenant=tenant, id=verification)


def of_any_tenant(connection: Connection, verification: str) -> Verification | None:
    """The verification of that id, whoever's: for whoever judges, not for whoever asks."""
    return one(connection, Verification, verifications, id=verification)


def lease(
    connection: Connection, now: datetime.datetime, until: datetime.datetime, lease_id: str, limit: int = 1
) -> tuple[Verification, ...]:
    """Take up to `limit` verifications that are accepted and that nobody works on, the oldest first.

    Two that lease at once get different ones: what another is taking is passed over, not waited for.
    """
    rows = connection.execute(_FREE, {"at": now, "most": limit}).mappings()
    taken = tuple(value_of(Verification, row) for row in rows)
    if taken:
        serials = [verification.serial for verification in taken]
        connection.execute(_LEASE, {"serials": serials, "lease": lease_id, "leased_until": until})
    return tuple(structs.replace(verification, lease=lease_id, leased_until=until) for verification in taken)


def release(connection: Connection, verification: str, lease_id: str, *, attempt: bool) -> bool:
    """Give a lease back undone, as an attempt that counts or not; False where it ran out and is another's by now."""
    here = (verifications.c.id == verification) & (verifications.c.lease == lease_id)
    given = {"lease": None, "leased_until": None, "attempts": verifications.c.attempts + int(attempt)}
    return connection.execute(update(verifications).where(here).values(**given)).rowcount == 1


def hold(connection: Connection, verification: str, lease_id: str, until: datetime.datetime) -> bool:
    """Move the end of a lease; False where it ran out and is another's by now."""
    here = (verifications.c.id == verification) & (verifications.c.lease == lease_id)
    return connection.execute(update(verifications).where(here).values(leased_until=until)).rowcount == 1


def keep(connection: Connection, leases: Collection[str], until: datetime.datetime) -> None:
    """Move the end of these leases."""
    here = verifications.c.lease.in_(leases) & (verifications.c.state == ACCEPTED)
    connection.execute(update(verifications).where(here).values(leased_until=until))


def release_all(connection: Connection) -> int:
    """Take every lease back, where whoever held one is known to be dead; how many."""
    here = (verifications.c.state == ACCEPTED) & verifications.c.lease.is_not(None)
    return connection.execute(update(verifications).where(here).values(lease=None, leased_until=None)).rowcount


def finish(connection: Connection, verification: str) -> bool:
    """Say that it has its verdict, in the transaction that writes the verdict; False where it had one."""
    return connection.execute(_FINISH, {"of": verification}).rowcount == 1


def done_of(connection: Connection, asked: Collection[str]) -> tuple[str, ...]:
    """Which of these have their verdict."""
    return tuple(connection.execute(_DONE_OF, {"asked": list(asked)}).scalars())


def pending(connection: Connection, tenant: str | None = None) -> int:
    """How many are accepted and not done, of one tenant or of all."""
    if tenant is None:
        return connection.execute(_PENDING).scalar_one()
    return connection.execute(_PENDING_OF, {"of": tenant}).scalar_one()


def waiting_since(connection: Connection) -> datetime.datetime | None:
    """Since when the oldest of those that are accepted and not done waits; None where none does."""
    waiting = select(verifications.c.created).where(verifications.c.state == ACCEPTED)
    return connection.execute(waiting.order_by(verifications.c.serial).limit(1)).scalar()


def page_of(
    connection: Connection, tenant: str, cursor: str | None, size: int, *, state: str | None = None
) -> Page[Verification]:
    """The tenant's verifications, newest first."""
    mine = select(verifications).where(verifications.c.tenant == tenant)
    if state is not None:
        mine = mine.where(verifications.c.state == state)
    return page(connection, Verification, mine, verifications.c.serial, cursor, size, newest_first=True)
