"""Whether anything was written since: for whoever keeps what was read, and must not keep it a moment too long.

SQLite counts, for each connection, the commits of all others, in whichever process. PostgreSQL does not.

Spec: https://www.sqlite.org/pragma.html#pragma_data_version
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from .database_faults import translated

if TYPE_CHECKING:
    from .database import Database


class Changes:
    """Looks at a database by a connection of its own, on which nothing is ever written."""

    def __init__(self, database: Database) -> None:
        self._path = database.engine.url.database if database.dialect == "sqlite" else None
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def count(self) -> int | None:
        """A number that is another after every commit; None where the database cannot tell.

        Raises:
            StoreFault: ``store.unavailable``.
        """
        if self._path is None:
            return None
        with self._turn, translated():
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
            number: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return number

    def close(self) -> None:
        """Let go of the connection."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
