"""Verdicts: what came of a verification, once. None is edited or deleted; a later one supersedes it.

That a verification has exactly one verdict, and a verdict at most one successor, are the table's unique constraints:
nothing depends on who was told to do what.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.engine import Connection

from .faults import StoreFault
from .rows import LAST, Page, first, one, page, page_from, parse_cursor, put
from .schema import OPERATOR, verdicts


class VerdictRow(Struct, frozen=True, kw_only=True):
    """A verdict: `report` the unsigned report's bytes, `bundle` the signed verdict's under an operator's policy."""

    id: str
    verification: str
    tenant: str
    artifact: str
    policy: str
    policy_tenant: str
    outcome: str
    level: str
    report: bytes
    created: datetime.datetime
    product: str | None = None
    opinions: Any = ()
    bundle: bytes | None = None
    supersedes: str | None = None
    serial: int = 0


class Filters(Struct, frozen=True, kw_only=True):
    """Which verdicts a page shows: those that meet all that is set. `current` leaves out what is superseded."""

    artifact: str | None = None
    product: str | None = None
    policy: str | None = None
    outcome: str | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    current: bool = False


def insert(connection: Connection, verdict: VerdictRow) -> None:
    """Write the verdict of a verification.

    Raises:
        StoreFault: ``verdict.exists``: it has one; ``verdict.superseded``: what it is to supersede has a successor.
    """
    row = structs.asdict(verdict)
    del row["serial"]
    if put(connection, verdicts, row):
        return
    if one(connection, VerdictRow, verdicts, verification=verdict.verification) is None:
        raise StoreFault("verdict.superseded", f"verdict {verdict.supersedes} has a successor already")
    raise StoreFault("verdict.exists", f"verification {verdict.verification} has its verdict already")


def by_id(connection: Connection, tenant: str, verdict: str) -> VerdictRow | None:
    """The tenant's verdict of that id."""
    return one(connection, VerdictRow, verdicts, tenant=tenant, id=verdict)


def by_verification(connection: Connection, tenant: str, verification: str) -> VerdictRow | None:
    """The verdict of the tenant's verification of that id."""
    return one(connection, VerdictRow, verdicts, tenant=tenant, verification=verification)


def ids_of(connection: Connection, tenant: str, verifications: Sequence[str]) -> dict[str, str]:
    """The ids of the verdicts of the tenant's verifications, by the verification's; of those that have one."""
    wanted = select(verdicts.c.verification, verdicts.c.id).where(verdicts.c.verification.in_(verifications))
    return {row.verification: row.id for row in connection.execute(wanted.where(verdicts.c.tenant == tenant))}


def by_artifact(connection: Connection, tenant: str, artifact: str, cursor: str | None, size: int) -> Page[VerdictRow]:
    """The tenant's verdicts about an artifact, newest first."""
    return page_of(connection, tenant, Filters(artifact=artifact), cursor, size)


def about(connection: Connection, tenant: str, artifact: str, cursor: str | None, size: int) -> Page[VerdictRow]:
    """Verdicts about an artifact, newest first: all of the tenant's, and of others' those that are published."""
    at = {"artifact": artifact, "tenant": tenant, "before": parse_cursor(cursor) if cursor else LAST, "size": size + 1}
    return page_from(connection.execute(_ABOUT, at), VerdictRow, "serial", size)


def standing(connection: Connection, tenant: str, artifact: str, policy: str) -> VerdictRow | None:
    """What stands about an artifact under the policy of that digest: one that passed before others, then the newest.

    Of the tenant's verdicts that nothing superseded, and of others' those that are published.
    """
    about = select(verdicts).where(verdicts.c.artifact == artifact, verdicts.c.policy == policy)
    mine = about.where((verdicts.c.tenant == tenant) | are_published(), _current())
    return first(connection, VerdictRow, mine.order_by(verdicts.c.outcome != "PASSED", verdicts.c.serial.desc()))


def passed_for(tenant: str, *, past: bool = False) -> ColumnElement[bool]:
    """Passed, and the tenant's own or published; superseded by nothing, but where what is `past` counts too."""
    seen = ((verdicts.c.tenant == tenant) & (verdicts.c.outcome == "PASSED")) | _issued()
    return seen if past else seen & _current()


def published(connection: Connection, verdict: str) -> VerdictRow | None:
    """The verdict of that id, whoever asked for it, where it is published."""
    return _first(connection, verdicts.c.id == verdict, are_published())


def signed(connection: Connection, after: int, size: int) -> tuple[VerdictRow, ...]:
    """Verdicts with a signature, of whatever outcome and whoever asked, oldest first: `size` at most after a serial."""
    signatures = verdicts.c.bundle.is_not(None) & (verdicts.c.serial > after)
    rows = select(verdicts).where(signatures).order_by(verdicts.c.serial).limit(size)
    return tuple(VerdictRow(**row) for row in connection.execute(rows).mappings())


def issued(connection: Connection, after: int, size: int) -> tuple[VerdictRow, ...]:
    """Verdicts that passed and are the world's to see, or were until they were superseded, oldest first.

    Whoever asked for them; those whose serial is greater than `after`, `size` at most.
    """
    rows = select(verdicts).where(_issued(), verdicts.c.serial > after).order_by(verdicts.c.serial).limit(size)
    return tuple(VerdictRow(**row) for row in connection.execute(rows).mappings())


def are_published() -> ColumnElement[bool]:
    """Passed, under an operator's policy, signed, and superseded by nothing: no other is anybody else's to see."""
    return _issued() & _current()


def _issued() -> ColumnElement[bool]:
    signed = verdicts.c.bundle.is_not(None) & (verdicts.c.policy_tenant == OPERATOR)
    return signed & (verdicts.c.outcome == "PASSED")


def page_of(connection: Connection, tenant: str, filters: Filters, cursor: str | None, size: int) -> Page[VerdictRow]:
    """The tenant's verdicts that meet `filters`, newest first."""
    mine = select(verdicts).where(verdicts.c.tenant == tenant)
    for name in ("artifact", "product", "policy", "outcome"):
        if (wanted := getattr(filters, name)) is not None:
            mine = mine.where(verdicts.c[name] == wanted)
    if filters.since is not None:
        mine = mine.where(verdicts.c.created >= filters.since)
    if filters.until is not None:
        mine = mine.where(verdicts.c.created < filters.until)
    if filters.current:
        mine = mine.where(_current())
    return page(connection, VerdictRow, mine, verdicts.c.serial, cursor, size, newest_first=True)


def successor_of(connection: Connection, tenant: str, verdict: str) -> VerdictRow | None:
    """The verdict that superseded the tenant's verdict of that id."""
    return one(connection, VerdictRow, verdicts, tenant=tenant, supersedes=verdict)


def _current() -> ColumnElement[bool]:
    return ~select(_LATER.c.id).where(_LATER.c.supersedes == verdicts.c.id).exists()


_LATER = verdicts.alias("later")

_ABOUT = (
    select(verdicts)
    .where(
        verdicts.c.artifact == bindparam("artifact"),
        or_(verdicts.c.tenant == bindparam("tenant"), are_published()),
        verdicts.c.serial < bindparam("before"),
    )
    .order_by(verdicts.c.serial.desc())
    .limit(bindparam("size"))
)
"""What gates ask thousands of times a second: made once, since making it costs more than the answer."""


def _first(connection: Connection, *clauses: ColumnElement[bool]) -> VerdictRow | None:
    return first(connection, VerdictRow, select(verdicts).where(*clauses))
