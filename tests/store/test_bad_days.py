"""Bad days, with real processes: killed in the middle, no room left, a database that goes away and comes back."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.store import tenants
from api.store.blobs import open_blobs
from api.store.database import open_database
from api.store.faults import StoreFault
from tests.backends import Backend
from tests.servers import postgresql

from .values import tenant

BEGIN = """
import sys
from api.store.{module} import {name} as opened
place = opened(sys.argv[1])
"""

HALF_A_BLOB = """
def chunks():
    for _ in range(8):
        yield b"x" * 65536
    print("half", flush=True)
    sys.stdin.read()
place.put(chunks())
"""

HALF_A_TRANSACTION = """
import datetime
from api.store import tenants
with place.writing() as connection:
    now = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
    tenants.insert(connection, tenants.Tenant("half", "Half", (), {}, now))
    print("half", flush=True)
    sys.stdin.read()
"""

WITHOUT_ROOM = """
import resource
from api.store.faults import StoreFault
resource.setrlimit(resource.RLIMIT_FSIZE, (262144, 262144))
try:
    for number in range(10000):
        keep(number)
except StoreFault as fault:
    print(fault.reason)
"""

KEEP_A_BLOB = """
def keep(number):
    place.put([b"x" * 65536] * number)
"""

KEEP_A_ROW = """
import datetime
from api.store import tenants
now = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
def keep(number):
    with place.writing() as connection:
        tenants.insert(connection, tenants.Tenant(f"t{number}", "x" * 250, (), {"x" * 2000: 1}, now))
"""

BLOBS = BEGIN.format(module="blobs", name="open_blobs")
DATABASE = BEGIN.format(module="database", name="open_database")


def killed_halfway(program: str, place: str) -> None:
    """Have a process of its own work until it says that it is halfway, and kill it there."""
    command = [sys.executable, "-c", program, place]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


def without_room(program: str, place: str) -> str:
    """The reason that a process gives which may write no file larger than 256 KiB."""
    return subprocess.run([sys.executable, "-c", program, place], check=True, capture_output=True, text=True).stdout


def test_a_blob_whose_writer_is_killed_is_not_there(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    before = blobs.put_bytes(b"before")
    killed_halfway(BLOBS + HALF_A_BLOB, f"file://{tmp_path}/blobs")
    [begun] = (tmp_path / "blobs" / "incoming").iterdir()
    assert begun.stat().st_size > 0
    assert list(blobs.names()) == [before]
    assert blobs.put([b"x" * 65536] * 8).size == 8 * 65536


def test_a_transaction_whose_process_is_killed_never_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/countersign.db"
    with contextlib.closing(open_database(url)) as database:
        database.create()
        killed_halfway(DATABASE + HALF_A_TRANSACTION, url)
        with database.writing() as connection:
            assert tenants.by_id(connection, "half") is None
            tenant(connection, "whole")


@pytest.mark.loopback
def test_a_lock_of_a_process_that_is_killed_is_free_at_once(large_backend: Backend) -> None:
    killed_halfway(DATABASE + HALF_A_TRANSACTION, large_backend.database_url)
    with large_backend.database.writing() as connection:
        assert tenants.by_id(connection, "half") is None
        tenant(connection, "half")


def test_without_room_for_bytes_what_was_kept_stands(tmp_path: Path) -> None:
    assert without_room(BLOBS + KEEP_A_BLOB + WITHOUT_ROOM, f"file://{tmp_path}/blobs") == "store.full\n"
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    assert [len(blobs.get(name)) for name in blobs.names()]
    assert max(len(blobs.get(name)) for name in blobs.names()) == 262144
    assert not list((tmp_path / "blobs" / "incoming").iterdir())


def test_without_room_for_rows_what_was_committed_stands(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/countersign.db"
    with contextlib.closing(open_database(url)) as database:
        database.create()
    assert without_room(DATABASE + KEEP_A_ROW + WITHOUT_ROOM, url) == "store.full\n"
    with contextlib.closing(open_database(url)) as database:
        with database.writing() as connection:
            kept = [row.id for row in tenants.all_tenants(connection)]
            tenant(connection, "there-is-room-again")
        assert kept
        assert set(kept) == {f"t{number}" for number in range(len(kept))}


@pytest.mark.loopback
def test_a_database_that_goes_away_is_unavailable_and_then_works() -> None:
    with postgresql() as server, contextlib.closing(open_database(server.url())) as database:
        database.create()
        with database.writing() as connection:
            tenant(connection, "before")
        with pytest.raises(StoreFault) as amid, database.writing() as connection:
            tenant(connection, "amid")
            server.stop()
            tenant(connection, "after")
        for transaction in (database.reading, database.writing):
            with pytest.raises(StoreFault) as away, transaction():
                pass
            assert away.value.reason == amid.value.reason == "store.unavailable"
        server.start()
        with database.writing() as connection:
            assert [row.id for row in tenants.all_tenants(connection)] == ["before"]
            tenant(connection, "after")
