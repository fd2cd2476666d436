"""Backends that tests run over: a database and blobs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from api.store.blobs import Blobs, open_blobs
from api.store.database import Database, open_database


class Backend(Struct, frozen=True):
    """A database of this version's schema, empty, and blobs."""

    database: Database
    blobs: Blobs


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    """SQLite and files."""
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/countersign.db")) as database:
        database.create()
        yield Backend(database, open_blobs(f"file://{tmp_path}/blobs"))
