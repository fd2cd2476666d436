"""What a database's own errors mean: it is away, it is full, or what it holds is damaged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .faults import StoreFault

_FULL = ("database or disk is full", "disk I/O error")
"""SQLite's words (SQLITE_FULL, SQLITE_IOERR): a write that finds no room may be told either way."""

_DAMAGED = ("database disk image is malformed", "file is not a database")

_NO_ROOM = ("53100",)
"""PostgreSQL's code for a full disk. Spec: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


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
        if getattr(error.orig, "sqlstate", None) in _NO_ROOM or any(words in said for words in _FULL):
            raise StoreFault("store.full", f"the database cannot be written: {said}") from error
        if any(words in said for words in _DAMAGED):
            raise StoreFault("store.damaged", f"the database cannot be read: {said}") from error
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            raise StoreFault("store.unavailable", f"the database does not answer: {said}") from error
        raise
