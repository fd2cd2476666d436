"""A copy of everything that the store keeps, made while the service runs, and the way back.

    DIR/countersign.db            the database, as it was at one moment
        blobs/9f/9f86d0…          bytes by their SHA-256
        backup.json               {"made": …, "schema": …, "version": …}
        SHA256SUMS                of all of it, for `sha256sum --check`; written last: without it, it is no backup

The database is copied before the bytes: what its rows name was kept before they were written. This is for SQLite and
any store of bytes. PostgreSQL has its own way, which is named, and S3 its versions and replicas.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from ..effects.writing import check_vacant, unwritable, write_whole
from .blobs import CHUNK, Blobs
from .database import Database
from .database_faults import translated
from .faults import StoreFault
from .migrations import NAMES

DATABASE, BLOBS, DESCRIPTION, SUMS = "countersign.db", "blobs", "backup.json", "SHA256SUMS"

_LINE = re.compile(
    rf"([0-9a-f]{{64}})  ({re.escape(DATABASE)}|{re.escape(DESCRIPTION)}|{BLOBS}/[0-9a-f]{{2}}/([0-9a-f]{{64}}))"
)


class Description(Struct, frozen=True):
    """What a backup says of itself: when and by which version it was made, and the schema of its database."""

    made: str
    schema: str
    version: str


_DESCRIPTION = msgspec.json.Decoder(Description)


class Backup(Struct, frozen=True):
    """A backup: how many blobs it holds, their bytes, and which could not be copied since they are damaged."""

    description: Description
    blobs: int
    size: int
    damaged: tuple[str, ...] = ()


def write_backup(database: Database, blobs: Blobs, directory: str, made: datetime.datetime, version: str) -> Backup:
    """Copy the database and all blobs into `directory`, which must be empty or not there.

    Raises:
        StoreFault: ``backup.postgresql``, ``store.*``.
        OutputFault: ``output.not_empty``, ``output.unwritable``.
    """
    if database.dialect != "sqlite":
        raise _not_ours()
    database.check_schema()
    check_vacant(directory)
    target = Path(directory)
    with unwritable(directory):
        (target / BLOBS).mkdir(parents=True, mode=0o700)
    _copy_database(database, target / DATABASE)
    description = Description(made.strftime("%Y-%m-%dT%H:%M:%SZ"), NAMES[-1], version)
    write_whole(str(target / DESCRIPTION), msgspec.json.encode(description) + b"\n")
    size, copied, damaged = 0, [], []
    for sha256 in blobs.names():
        try:
            size += _copy_blob(blobs, sha256, target / BLOBS / sha256[:2] / sha256)
            copied.append(sha256)
        except StoreFault as fault:
            if fault.reason not in ("blob.damaged", "blob.missing"):
                raise
            damaged.append(sha256)
    lines = [f"{_digest(target / name)}  {name}\n" for name in (DATABASE, DESCRIPTION)]
    lines += [f"{sha256}  {BLOBS}/{sha256[:2]}/{sha256}\n" for sha256 in sorted(copied)]
    write_whole(str(target / SUMS), "".join(lines).encode())
    return Backup(description, len(copied), size, tuple(sorted(damaged)))


def check_backup(directory: str) -> Backup:
    """That a backup is whole: every file is there and is what `SHA256SUMS` says, and its schema is one we know.

    Raises:
        StoreFault: ``backup.incomplete``, ``backup.damaged``, ``store.schema_unknown``.
    """
    source = Path(directory)
    try:
        lines = (source / SUMS).read_text("ascii").splitlines()
        listed = {match[2]: match[1] for line in lines if (match := _LINE.fullmatch(line))}
        if len(listed) != len(lines) or not {DATABASE, DESCRIPTION} <= listed.keys():
            raise StoreFault("backup.damaged", f"{SUMS} is not as it was written")
        for name, sha256 in listed.items():
            if (found := _digest(source / name)) != sha256 or (name.startswith(BLOBS) and not name.endswith(sha256)):
                raise StoreFault("backup.damaged", f"{name} is not what it was", expected=sha256, actual=found)
        description = _DESCRIPTION.decode((source / DESCRIPTION).read_bytes())
        blobs = [source / name for name in listed if name.startswith(BLOBS)]
        size = sum(path.stat().st_size for path in blobs)
    except (OSError, ValueError) as error:
        raise StoreFault("backup.incomplete", f"{directory} is no backup, or not all of one: {error}") from error
    if description.schema not in NAMES:
        known = ", ".join(NAMES)
        detail = f"the backup is of schema {description.schema}, by version {description.version}"
        raise StoreFault("store.schema_unknown", detail, expected=known, actual=description.schema)
    return Backup(description, len(blobs), size)


def restore_backup(directory: str, database: Database, blobs: Blobs) -> Backup:
    """Put a backup where nothing is yet: its bytes first, then its database, in one step.

    Its schema may be an earlier one: `Database.create` brings it up.

    Raises:
        StoreFault: ``backup.postgresql``, ``backup.occupied``, ``backup.incomplete``, ``backup.damaged``, ``store.*``.
    """
    path = database.engine.url.database
    if database.dialect != "sqlite" or path is None:
        raise _not_ours()
    if any(Path(path + suffix).exists() for suffix in ("", "-wal", "-shm")):
        raise StoreFault("backup.occupied", f"there is a database at {path}: nothing is restored over it")
    backup = check_backup(directory)
    source = Path(directory)
    for file in sorted((source / BLOBS).glob("??/*")):
        blobs.put(_chunks(file), file.name)
    beside = Path(path + ".restoring")
    with unwritable(path), contextlib.closing(database):
        beside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.unlink(missing_ok=True)
        with _new(beside) as copy, (source / DATABASE).open("rb") as original:
            shutil.copyfileobj(original, copy, CHUNK)
            copy.flush()
            os.fsync(copy.fileno())
        beside.replace(path)
    return backup


def _not_ours() -> StoreFault:
    return StoreFault(
        "backup.postgresql",
        "PostgreSQL is copied by its own programs: pg_dump --format=custom --file=FILE URL, and back by"
        " pg_restore --dbname=URL FILE; its dump goes before the copy of the bytes",
    )


def _copy_database(database: Database, path: Path) -> None:
    with translated(), unwritable(str(path)):
        _new(path).close()
        connection = database.engine.raw_connection()
        try:
            original = connection.driver_connection
            assert isinstance(original, sqlite3.Connection), "asked above"
            with contextlib.closing(sqlite3.connect(path)) as copy:
                original.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            connection.close()


def _copy_blob(blobs: Blobs, sha256: str, path: Path) -> int:
    """Copy one; where it is damaged, nothing is left of it."""
    size = 0
    chunks = blobs.chunks(sha256)
    with unwritable(str(path)):
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with _new(path) as file:
            try:
                for chunk in chunks:
                    size += file.write(chunk)
            except StoreFault:
                path.unlink()
                raise
            file.flush()
            os.fsync(file.fileno())
    return size


def _new(path: Path) -> BinaryIO:
    """A file that was not there, its owner's alone."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _digest(path: Path) -> str:
    running = hashlib.sha256()
    for chunk in _chunks(path):
        running.update(chunk)
    return running.hexdigest()
