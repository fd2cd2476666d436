"""What every aggregate does alike: write a row unless it is there, read rows as values, give them out by pages."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct, convert
from sqlalchemy import Column, Executable, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, RowMapping

from .faults import StoreFault

Value = TypeVar("Value", bound=Struct)


class Page(Struct, Generic[Value], frozen=True):
    """Some rows, in order, and the cursor that the next ones follow; None where these were the last."""

    rows: tuple[Value, ...]
    next: str | None


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Write `row` unless one of its unique columns is taken, and say whether it was written.

    Of two transactions that write the same, the second waits for the first.
    """
    return connection.execute(_insert(table, connection.dialect.name), dict(row)).rowcount == 1


@functools.cache
def _insert(table: Table, dialect: str) -> Executable:
    """Made once for a table: to make a statement takes several times as long as to run it."""
    made = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    statement: Executable = made.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return statement


def value_of(kind: type[Value], row: RowMapping) -> Value:
    """The row as the struct of its aggregate: columns by name, lists of JSON as tuples."""
    return convert({name: row[name] for name in kind.__struct_fields__}, kind)


def first(connection: Connection, kind: type[Value], query: Select[Any]) -> Value | None:
    """The first row that `query` finds."""
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else value_of(kind, row)


def one(connection: Connection, kind: type[Value], table: Table, **values: Any) -> Value | None:
    """The row of `table` whose columns of these names have these values, which it has alone."""
    row = connection.execute(_select(table, *values), values).mappings().first()
    return None if row is None else value_of(kind, row)


@functools.cache
def _select(table: Table, *names: str) -> Executable:
    return select(table).where(*(table.c[name] == bindparam(name) for name in names)).limit(1)


def every(connection: Connection, kind: type[Value], query: Select[Any]) -> tuple[Value, ...]:
    """All rows that `query` finds."""
    return tuple(value_of(kind, row) for row in connection.execute(query).mappings())


def page(
    connection: Connection,
    kind: type[Value],
    query: Select[Any],
    by: Column[Any],
    cursor: str | None,
    size: int,
    *,
    newest_first: bool = False,
) -> Page[Value]:
    """At most `size` of the rows that `query` finds, in the order of `by`, whose values are unique among them.

    A cursor is the value of `by` in the last row of the page before: rows that come or go meanwhile shift nothing.

    Raises:
        StoreFault: ``page.cursor``.
    """
    if cursor is not None:
        at = parse_cursor(cursor) if by.type.python_type is int else cursor
        query = query.where(by < at if newest_first else by > at)
    ordered = query.order_by(by.desc() if newest_first else by).limit(size + 1)
    return page_from(connection.execute(ordered), kind, by.name, size)


def page_from(result: CursorResult[Any], kind: type[Value], by: str, size: int) -> Page[Value]:
    """The page in a result of `size` rows and one more, where there is a page after."""
    found = result.mappings().all()
    rows = tuple(value_of(kind, row) for row in found[:size])
    return Page(rows, str(found[size - 1][by]) if len(found) > size else None)


def parse_cursor(cursor: str) -> int:
    """A cursor that is a serial number.

    Raises:
        StoreFault: ``page.cursor``.
    """
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _LONGEST_SERIAL):
        raise StoreFault("page.cursor", "not a cursor that this service gave out", actual=cursor[:80])
    return int(cursor)


_LONGEST_SERIAL = 18
"""Decimal digits that are a number of 64 bits whatever they are."""

LAST = 2**63 - 1
"""A serial number above all that there are."""
