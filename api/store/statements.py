"""Statements: audits, waivers and who may sign them, appeals and their answers, withdrawals. Each is written once."""

from __future__ import annotations

import datetime
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection

from .rows import Page, every, first, page, put
from .schema import statements

AUDIT, WAIVER, APPROVER, APPEAL, ANSWER, WITHDRAWAL = "audit", "waiver", "approver", "appeal", "answer", "withdrawal"


class Statement(Struct, frozen=True, kw_only=True):
    """One statement: `about` what it speaks of, `until` when it lapses, where it does."""

    id: str
    tenant: str
    kind: str
    about: str
    document: dict[str, Any]
    actor: str
    created: datetime.datetime
    until: datetime.datetime | None = None
    serial: int = 0


def insert(connection: Connection, statement: Statement) -> bool:
    """Write a statement; False where there is one of that id."""
    row = structs.asdict(statement)
    del row["serial"]
    return put(connection, statements, row)


def by_id(connection: Connection, tenant: str, kind: str, statement: str) -> Statement | None:
    """The tenant's statement of that kind and id."""
    return _first(connection, _of(tenant, kind), statements.c.id == statement)


def of_any_tenant(connection: Connection, kind: str, statement: str) -> Statement | None:
    """The statement of that kind and id, whoever's: for the operator, who answers appeals."""
    return _first(connection, statements.c.kind == kind, statements.c.id == statement)


def about(connection: Connection, tenant: str, kind: str, subject: str) -> tuple[Statement, ...]:
    """What the tenant stated of that kind about `subject`, oldest first."""
    mine = select(statements).where(_of(tenant, kind), statements.c.about == subject)
    return every(connection, Statement, mine.order_by(statements.c.serial))


def page_of(
    connection: Connection,
    tenant: str | None,
    kind: str,
    cursor: str | None,
    size: int,
    *,
    about: str | None = None,
    in_force: datetime.datetime | None = None,
) -> Page[Statement]:
    """The statements of a kind, newest first: of a tenant, or (None) of all. `in_force` leaves out what has lapsed."""
    mine = select(statements).where(statements.c.kind == kind)
    if tenant is not None:
        mine = mine.where(statements.c.tenant == tenant)
    if about is not None:
        mine = mine.where(statements.c.about == about)
    if in_force is not None:
        mine = mine.where(statements.c.until > in_force)
    return page(connection, Statement, mine, statements.c.serial, cursor, size, newest_first=True)


def _of(tenant: str, kind: str) -> ColumnElement[bool]:
    return (statements.c.tenant == tenant) & (statements.c.kind == kind)


def _first(connection: Connection, *clauses: ColumnElement[bool]) -> Statement | None:
    return first(connection, Statement, select(statements).where(*clauses))
