"""What a database's own errors mean: it is away, it is full, or what it holds is damaged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .faults import StoreFault

_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "53100")
"""Codes of SQLite and PostgreSQL for a write that finds no room; the second is SQLite's for a file at its limit.

Spec: https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002")


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """What the database refuses for reasons of its own becomes a fault; a constraint that is broken stays an error.

    Raises:
        StoreFault: ``store.unavailable``, ``store.full``, ``store.damaged``.
    """
    from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    try:
        yield
    except PoolTimeout as error:
        raise StoreFault("store.unavailable", "every connection to the database is in use") from error
    except (DatabaseError, InterfaceError) as error:
        said = str(error.orig).partition("\n")[0]
        code = _code(error.orig)
        if code in _FULL:
            raise StoreFault("store.full", f"the database cannot be written: {said}") from error
        if code.startswith(_DAMAGED):
            raise StoreFault("store.damaged", f"the database cannot be read: {said}") from error
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            raise StoreFault("store.unavailable", f"the database does not answer: {said}") from error
        raise


def _code(original: BaseException | None) -> str:
    """The database's own code for an error, "" where it has none."""
    return getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None) or ""
