"""The database as such: how it is opened, what schema it must have, what is refused."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, String, event, text

import api.store.database
from api.store import migrations, tenants
from api.store.database import Database, open_database
from api.store.faults import StoreFault
from api.store.migrations import PRESENT, REVISIONS
from api.store.tables import METADATA
from api.store.tenants import Tenant
from tests.backends import Backend
from tests.servers import PostgreSQL

from .together import all_at_once
from .values import NOW, tenant


def refusal(database: Database) -> StoreFault:
    """Why its schema is refused."""
    with pytest.raises(StoreFault) as refused:
        database.check_schema()
    return refused.value


def revise(database: Database, statement: str) -> None:
    """Change what the database says of its schema."""
    with database.writing() as connection:
        connection.execute(text(statement))


def test_revisions_make_the_tables_that_the_code_means(backend: Backend) -> None:
    with backend.database.reading() as connection:
        # Tests of the queue share the database: its own tables are none of the code's.
        ours = {"include_name": lambda name, *_: not (name or "").startswith("procrastinate_")}
        context = MigrationContext.configure(connection, opts={"compare_server_default": True, **ours})
        assert compare_metadata(context, METADATA) == []


def test_a_database_without_tables_is_refused_with_the_command(tmp_path: Path) -> None:
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/new.db")) as database:
        fault = refusal(database)
        assert (fault.reason, fault.actual) == ("store.schema_old", "none")
        assert "countersign admin upgrade" in fault.detail
        database.create()
        database.check_schema()


def test_an_unknown_schema_is_refused_and_left_alone(backend: Backend) -> None:
    backend.database.check_schema()
    revise(backend.database, "UPDATE schema_revision SET revision = '9999'")
    fault = refusal(backend.database)
    assert (fault.reason, fault.expected, fault.actual) == ("store.schema_unknown", PRESENT, "9999")
    assert "countersign admin upgrade" in fault.detail
    with pytest.raises(StoreFault) as refused:
        backend.database.create()
    assert refused.value.reason == "store.schema_unknown"
    revise(backend.database, f"UPDATE schema_revision SET revision = '{PRESENT}'")
    backend.database.check_schema()


def test_bringing_up_what_is_up_changes_nothing(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
    backend.database.create()
    with backend.database.reading() as connection:
        assert tenants.by_id(connection, "acme") is not None


@pytest.mark.loopback
def test_nodes_that_start_at_once_make_one_schema(postgresql_server: PostgreSQL) -> None:
    url = postgresql_server.url(postgresql_server.make_database())

    def start() -> None:
        with contextlib.closing(open_database(url)) as database:
            database.create()
            database.check_schema()

    all_at_once([start] * 4)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/countersign.db")) as database:
        assert refusal(database).actual == "none"  # to ask makes the file
        database.create()
        with database.writing() as connection:
            tenant(connection)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes.keys() >= {"countersign.db", "countersign.db-wal"}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_a_commit_is_on_the_disk_before_it_is_told(tmp_path: Path, durable: bool, synchronous: int) -> None:
    url = f"sqlite:///{tmp_path}/countersign.db"
    names = ("journal_mode", "synchronous", "foreign_keys")
    with contextlib.closing(open_database(url)) as database:
        for _ in range(2):  # on a connection that was used for the other
            with database.writing(durable=not durable):
                pass
            with database.writing(durable=durable) as connection:
                settings = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]
            assert settings == ["wal", synchronous, 1]


@pytest.mark.loopback
@pytest.mark.parametrize(("durable", "setting"), [(True, "on"), (False, "off")])
def test_postgresql_is_told_what_may_wait(large_backend: Backend, durable: bool, setting: str) -> None:
    with large_backend.database.writing(durable=durable) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == setting
    with large_backend.database.writing() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_a_file_that_is_damaged_says_so(tmp_path: Path) -> None:
    (tmp_path / "countersign.db").write_bytes(b"no database" * 1000)
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/countersign.db")) as database:
        assert refusal(database).reason == "store.damaged"


def test_a_file_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/nowhere/countersign.db")) as database:
        assert refusal(database).reason == "store.unavailable"
        with pytest.raises(StoreFault) as refused:
            database.create()
    assert refused.value.reason == "store.unavailable"


def test_who_waits_too_long_for_another_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.store.database, "PATIENCE", 0.01)
    url = f"sqlite:///{tmp_path}/countersign.db"
    with contextlib.closing(open_database(url)) as ours, contextlib.closing(open_database(url)) as theirs:
        ours.create()
        with theirs.writing() as connection:
            tenant(connection)
            for database in (ours, theirs):  # another process's transaction, and another thread's
                with pytest.raises(StoreFault) as refused, database.writing():
                    pass
                assert refused.value.reason == "store.unavailable"
            with ours.reading() as reading:
                assert tenants.all_tenants(reading) == ()


@pytest.mark.loopback
def test_reading_changes_nothing(large_backend: Backend) -> None:
    with pytest.raises(Exception, match="read-only transaction"), large_backend.database.reading() as connection:
        tenant(connection)


@pytest.mark.parametrize(
    "url",
    ["", "countersign.db", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "postgresql://host", "sqlite+x:///a"],
)
def test_what_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreFault) as refused:
        open_database(url)
    assert refused.value.reason == "store.url"


def test_a_refusal_shows_no_password() -> None:
    with pytest.raises(StoreFault) as refused:
        open_database("mysql://me:hunter2@host/name")
    assert "hunter2" not in f"{refused.value} {refused.value.actual}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("x" * 256, "text.too_long"), ("a\0b", "text.unstorable"), ("\ud800", "text.unstorable")],
)
def test_text_that_one_database_would_not_keep_is_refused_by_both(backend: Backend, name: str, reason: str) -> None:
    with pytest.raises(StoreFault) as refused, backend.database.writing() as connection:
        tenants.insert(connection, Tenant("acme", name, (), {}, NOW))
    assert refused.value.reason == reason


@pytest.mark.parametrize("name", ["x" * 255, "\x01", "é€😀" * 80])
def test_text_that_both_keep_comes_back(backend: Backend, name: str) -> None:
    with backend.database.writing() as connection:
        tenants.insert(connection, Tenant("acme", name, (), {}, NOW))
    with backend.database.reading() as connection:
        found = tenants.by_id(connection, "acme")
    assert found is not None and found.name == name


def test_an_earlier_schema_is_brought_up_in_one_step_with_what_it_holds(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backend.database.writing() as connection:
        tenant(connection)

    def second(operations: Operations) -> None:
        operations.add_column("tenants", Column("note", String(8), server_default="none"))

    def fails(operations: Operations) -> None:
        operations.add_column("tokens", Column("note", String(8)))
        raise LookupError

    revise_to(monkeypatch, ("0002", second), ("0003", fails))
    fault = refusal(backend.database)
    assert (fault.reason, fault.expected, fault.actual) == ("store.schema_old", "0003", "0001")
    with pytest.raises(LookupError):
        backend.database.create()
    assert refusal(backend.database).actual == "0001", "half of an upgrade is none"
    revise_to(monkeypatch, ("0002", second))
    backend.database.create()
    backend.database.check_schema()
    with backend.database.reading() as connection:
        assert connection.execute(text("SELECT id, note FROM tenants")).all() == [("acme", "none")]


def revise_to(monkeypatch: pytest.MonkeyPatch, *later: tuple[str, Callable[[Operations], None]]) -> None:
    """A program of these later revisions."""
    revisions = (*REVISIONS, *later)
    monkeypatch.setattr(migrations, "REVISIONS", revisions)
    monkeypatch.setattr(migrations, "NAMES", tuple(name for name, _ in revisions))
    monkeypatch.setattr(migrations, "PRESENT", revisions[-1][0])


class Reached(Exception):
    """How a connection would have been made."""


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://u:p@db.example/n", "verify-full"),
        ("postgresql://u:p@db.example/n?application_name=x", "verify-full"),
        ("postgresql://u@/n?host=db.example", "verify-full"),
        ("postgresql://u@/n?host=/run/postgresql,db.example", "verify-full"),
        ("postgresql://u@localhost.example/n", "verify-full"),
        ("postgresql://u@localhost/n?hostaddr=192.0.2.1", "verify-full"),
        ("postgresql://u@db.example/n?sslmode=require", "require"),
        ("postgresql://u@127.0.0.1:5433/n", None),
        ("postgresql://u@[::1]/n", None),
        ("postgresql://u@/n?host=/run/postgresql", None),
        ("postgresql://u@/n", None),
    ],
)
def test_rows_cross_a_network_sealed_unless_the_url_says_otherwise(url: str, mode: str | None) -> None:
    def reached(_dialect: object, _record: object, _arguments: object, settings: dict[str, str]) -> None:
        raise Reached(settings)

    with contextlib.closing(open_database(url)) as database:
        event.listen(database.engine, "do_connect", reached)
        with pytest.raises(Reached) as made, database.reading():
            pass
        assert made.value.args[0].get("sslmode") == mode
        assert ("sslmode=verify-full" in database.url) == (mode == "verify-full")
