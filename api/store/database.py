"""A transaction on the service's database: SQLite for one machine, PostgreSQL for many. The rest is the same code.

    sqlite:////var/lib/countersign/countersign.db     postgresql://countersign@db.example/countersign

SQLite: write-ahead log, every commit on disk before it is told (synchronous=FULL), one writer at a time from the start
of its transaction (BEGIN IMMEDIATE): no transaction that began is refused at its end. PostgreSQL: READ COMMITTED; what
must not be done twice is a unique constraint, and what must be done in turn takes the lock of a row.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .addresses import sealed
from .database_faults import translated
from .faults import StoreFault

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

PATIENCE = 30
"""Seconds to wait for another's lock before saying that the database is away."""

CONNECT = 5
"""Seconds to wait for a database to answer at all."""

POOL = 16
"""Connections kept by a process. One thread holds one, for a transaction."""

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


class Database:
    """The tables of `.schema`, in transactions. Threads share it; a connection belongs to one."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url
        self._turn = threading.Lock()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing.

        Raises:
            StoreFault: ``store.unavailable``, ``store.damaged``, also for what its block asks.
        """
        with translated(), self.engine.connect() as connection:
            options = {"postgresql_readonly": True} if self.dialect == "postgresql" else {}
            with connection.execution_options(**options).begin():
                yield connection

    @contextlib.contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction that is committed, on disk, when the block is left, or not at all when an error leaves it.

        One that is not `durable` may be undone by a power cut, though by no kill: for what nobody is told, as a lease.

        Raises:
            StoreFault: ``store.unavailable``, ``store.full``, ``store.damaged``, also for what its block asks.
        """
        with self._turn_to_write(), translated(), self.engine.connect() as fresh:
            connection = fresh.execution_options(countersign_writing="FULL" if durable else "NORMAL")
            with connection.begin():
                if self.dialect == "postgresql" and not durable:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection

    @contextlib.contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """SQLite has one writer: threads of a process queue for it here, where nobody polls."""
        if self.dialect != "sqlite":
            yield
            return
        if not self._turn.acquire(timeout=PATIENCE):
            raise StoreFault("store.unavailable", f"the database was being written for {PATIENCE} seconds")
        try:
            yield
        finally:
            self._turn.release()

    def create(self) -> None:
        """Bring the database to this version's schema: a new one, or one of an earlier version.

        Raises:
            StoreFault: ``store.schema_unknown``, ``store.unavailable``.
        """
        from .migrations import upgrade

        upgrade(self)

    def check_schema(self) -> None:
        """Refuse a database that is not of exactly this version's schema.

        Raises:
            StoreFault: ``store.schema_old``, ``store.schema_unknown``, each with the command to run.
        """
        from .migrations import check

        check(self)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at `url`: ``sqlite:///PATH``, or ``postgresql://…``. Nothing is connected to yet.

    A PostgreSQL on another machine is asked over TLS, its certificate checked, unless the URL says otherwise.

    Raises:
        StoreFault: ``store.url``.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except ArgumentError:
        raise _no_address(url) from None
    if address.drivername not in _DRIVERS or address.database in (None, "", ":memory:"):
        raise _no_address(address.render_as_string(hide_password=True))
    if address.drivername == "postgresql":
        url = sealed(url, address)
    driver = make_url(url).set(drivername=_DRIVERS[address.drivername])
    if address.drivername == "sqlite":
        engine = create_engine(driver, connect_args={"timeout": PATIENCE}, pool_size=POOL, pool_timeout=PATIENCE)
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        settings = f"-c lock_timeout={PATIENCE}s -c statement_timeout={2 * PATIENCE}s"
        known = {"connect_timeout": CONNECT, "tcp_user_timeout": 1000 * PATIENCE, "options": settings}
        given = {name: value for name, value in known.items() if name not in address.query}
        engine = create_engine(driver, connect_args=given, pool_pre_ping=True, pool_size=POOL, pool_timeout=PATIENCE)
    return Database(engine, url)


def _no_address(url: str) -> StoreFault:
    return StoreFault(
        "store.url",
        f"{url} is no database that this service keeps anything in",
        expected="sqlite:///PATH or postgresql://USER@HOST/NAME",
        actual=url,
    )


def _make_private(_dialect: object, _record: object, arguments: tuple[str, ...], _settings: object) -> None:
    """A new file is its owner's alone, as are those that SQLite makes beside it.

    Never one that is there: to close a file drops every lock that this process has on it (fcntl(2)), SQLite's too, and
    the next process to look would take the database for abandoned.
    """
    with contextlib.suppress(OSError):  # it is there; or what is wrong, SQLite says better
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _set_up_sqlite(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's own BEGIN would come too late
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DBAPI connection, which has no type of its own
    for setting in ("journal_mode=WAL", "foreign_keys=ON", "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    synchronous = connection.get_execution_options().get("countersign_writing")
    if synchronous is not None:
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
    connection.exec_driver_sql("BEGIN" if synchronous is None else "BEGIN IMMEDIATE")
