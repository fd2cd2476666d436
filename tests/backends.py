"""Backends that tests run over: SQLite and files, or a real PostgreSQL and a real server of S3.

A test that takes `backend` runs over both; one that takes `embedded_backend` or `large_backend`, over that one. The
servers start once in a run, when a test first wants them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from api.store.blobs import Blobs, open_blobs
from api.store.database import Database, open_database
from api.store.faults import StoreFault

from .servers import ObjectStore, PostgreSQL, object_store, postgresql


class Backend(Struct, frozen=True):
    """A database of this version's schema, empty, and blobs, each with the URL that any process opens it by."""

    database: Database
    blobs: Blobs
    database_url: str
    blobs_url: str


@pytest.fixture(params=["embedded", pytest.param("large", marks=pytest.mark.loopback)])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each of the two in turn."""
    chosen: Backend = request.getfixturevalue(f"{request.param}_backend")
    return chosen


@pytest.fixture
def embedded_backend(tmp_path: Path) -> Iterator[Backend]:
    """SQLite and files."""
    with _opened(f"sqlite:///{tmp_path}/countersign.db", f"file://{tmp_path}/blobs") as backend:
        backend.database.create()
        yield backend


@pytest.fixture
def large_backend(
    clean_databases: CleanDatabases, object_server: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """PostgreSQL and S3. Processes that a test starts find the credentials in the environment."""
    for name, value in object_server.environment.items():
        monkeypatch.setenv(name, value)
    with clean_databases.one() as url, _opened(url, object_server.url()) as made:
        yield made


class CleanDatabases:
    """Databases of this version's schema with nothing in them: used, emptied, and used again."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self._clean: list[str] = []

    @contextlib.contextmanager
    def one(self) -> Iterator[str]:
        """The URL of one, for the block alone. One that it leaves with another schema is left behind."""
        url = self._clean.pop() if self._clean else self._make()
        yield url
        with contextlib.closing(open_database(url)) as database, contextlib.suppress(StoreFault):
            database.check_schema()
            _empty(database)
            self._clean.append(url)

    def _make(self) -> str:
        url = self._server.url(self._server.make_database())
        with contextlib.closing(open_database(url)) as database:
            database.create()
        return url


def _empty(database: Database) -> None:
    from sqlalchemy import inspect

    with database.writing() as connection:
        tables = set(inspect(connection).get_table_names()) - {"schema_revision"}
        connection.exec_driver_sql(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A PostgreSQL for the whole run. Whoever stops it starts it again."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def clean_databases(postgresql_server: PostgreSQL) -> CleanDatabases:
    """Databases in that PostgreSQL."""
    return CleanDatabases(postgresql_server)


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectStore]:
    """A server of S3 for the whole run."""
    with object_store() as server:
        yield server


@contextlib.contextmanager
def _opened(database_url: str, blobs_url: str) -> Iterator[Backend]:
    with contextlib.closing(open_database(database_url)) as database:
        yield Backend(database, open_blobs(blobs_url), database_url, blobs_url)
