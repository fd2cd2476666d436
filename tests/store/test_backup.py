"""A backup is whole and gives back exactly what was kept; one that is not is refused before anything is touched."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from api.effects.faults import OutputFault
from api.store import tenants, trail
from api.store.backup import check_backup, restore_backup, write_backup
from api.store.blobs import open_blobs
from api.store.database import open_database
from api.store.faults import StoreFault
from tests.backends import Backend

from .values import NOW, tenant


def furnished(backend: Backend) -> set[str]:
    """Keep something; the blobs that are then there."""
    with backend.database.writing() as connection:
        tenant(connection)
        trail.append(connection, "acme", actor="a", act="b", about="c", detail={}, at=NOW)
    return {backend.blobs.put_bytes(content) for content in (b"", b"one", b"two" * 500_000)}


@pytest.fixture
def made(embedded_backend: Backend, tmp_path: Path) -> Path:
    """A backup."""
    furnished(embedded_backend)
    write_backup(embedded_backend.database, embedded_backend.blobs, str(tmp_path / "backup"), NOW, "1.0")
    return tmp_path / "backup"


def reason(work: Callable[[], object]) -> str:
    """Why it is refused."""
    with pytest.raises(StoreFault) as refused:
        work()
    return refused.value.reason


def test_what_is_restored_is_what_was_kept(embedded_backend: Backend, tmp_path: Path) -> None:
    names = furnished(embedded_backend)
    with embedded_backend.database.writing() as connection:  # the service goes on meanwhile
        tenant(connection, "amid")
        backup = write_backup(embedded_backend.database, embedded_backend.blobs, str(tmp_path / "b"), NOW, "1.0")
    assert (backup.blobs, backup.size, backup.damaged) == (3, 1_500_003, ())
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "b", check=False)
    assert checked.returncode == 0
    blobs = open_blobs(f"file://{tmp_path}/new/blobs")
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/new/countersign.db")) as database:
        assert restore_backup(str(tmp_path / "b"), database, blobs) == backup
        database.check_schema()
        with database.reading() as connection:
            assert [row.id for row in tenants.all_tenants(connection)] == ["acme"]
            trail.verify_chain("acme", trail.page_of(connection, "acme", None, 10))
    assert set(blobs.names()) == names
    assert all(blobs.get(name) == embedded_backend.blobs.get(name) for name in names)


def test_a_damaged_blob_is_named_and_not_copied(embedded_backend: Backend, tmp_path: Path) -> None:
    bad = sorted(furnished(embedded_backend))[1]
    (tmp_path / "blobs" / bad[:2] / bad).write_bytes(b"other")
    backup = write_backup(embedded_backend.database, embedded_backend.blobs, str(tmp_path / "b"), NOW, "1.0")
    assert (backup.blobs, backup.damaged) == (2, (bad,))
    assert check_backup(str(tmp_path / "b")).blobs == 2


def test_nothing_is_backed_up_over_anything(made: Path, embedded_backend: Backend) -> None:
    with pytest.raises(OutputFault) as refused:
        write_backup(embedded_backend.database, embedded_backend.blobs, str(made), NOW, "1.0")
    assert refused.value.reason == "output.not_empty"


def test_nothing_is_restored_over_anything(made: Path, embedded_backend: Backend) -> None:
    assert reason(lambda: restore_backup(str(made), embedded_backend.database, embedded_backend.blobs)) == (
        "backup.occupied"
    )


def cut_off(backup: Path) -> None:
    (backup / "SHA256SUMS").unlink()


def lacking(backup: Path) -> None:
    next(backup.glob("blobs/??/*")).unlink()


def altered(backup: Path) -> None:
    with sqlite3.connect(backup / "countersign.db") as connection:
        connection.execute("UPDATE tenants SET name = 'Other'")
    connection.close()


def exchanged(backup: Path) -> None:
    one, other, *_ = backup.glob("blobs/??/*")
    shutil.copy(one, other)


def renamed(backup: Path) -> None:
    """A blob and its line under another digest: the list agrees with the file, its name does not."""
    sums = backup / "SHA256SUMS"
    lines = sums.read_text().splitlines(keepends=True)
    digest = lines[2][:64]
    (backup / "blobs" / "00").mkdir(exist_ok=True)
    (backup / "blobs" / digest[:2] / digest).rename(backup / "blobs" / "00" / ("0" * 64))
    lines[2] = f"{digest}  blobs/00/{'0' * 64}\n"
    sums.write_text("".join(lines))


def led_elsewhere(backup: Path) -> None:
    sums = backup / "SHA256SUMS"
    sums.write_text(sums.read_text() + f"{'0' * 64}  ../countersign.db\n")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (cut_off, "backup.incomplete"),
        (lacking, "backup.incomplete"),
        (altered, "backup.damaged"),
        (exchanged, "backup.damaged"),
        (renamed, "backup.damaged"),
        (led_elsewhere, "backup.damaged"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_touched(
    made: Path, tmp_path: Path, spoil: Callable[[Path], None], expected: str
) -> None:
    spoil(made)
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/new/countersign.db")) as database:
        assert reason(lambda: restore_backup(str(made), database, open_blobs(f"file://{tmp_path}/new/blobs"))) == (
            expected
        )
    assert not (tmp_path / "new").exists()


def test_a_backup_of_an_unknown_schema_is_refused(
    embedded_backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("api.store.backup.NAMES", ("0001", "9999"))
        write_backup(embedded_backend.database, embedded_backend.blobs, str(tmp_path / "b"), NOW, "9.0")
    assert reason(lambda: check_backup(str(tmp_path / "b"))) == "store.schema_unknown"


@pytest.mark.loopback
def test_postgresql_is_left_to_its_own_programs(large_backend: Backend, tmp_path: Path) -> None:
    def back_up() -> object:
        return write_backup(large_backend.database, large_backend.blobs, str(tmp_path / "b"), NOW, "1.0")

    with pytest.raises(StoreFault, match="pg_dump") as refused:
        back_up()
    assert refused.value.reason == "backup.postgresql"
    assert reason(lambda: restore_backup(str(tmp_path), large_backend.database, large_backend.blobs)) == (
        "backup.postgresql"
    )
