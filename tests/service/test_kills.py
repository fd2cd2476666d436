"""Real processes, really killed: what was accepted has exactly one verdict, the one that judging it directly gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.store.blobs import open_blobs
from api.store.database import open_database
from tests.backends import Backend
from tests.servers import ObjectStore

from .killing import Load, Served, check_all, kill_again_and_again, kill_workers
from .nursery import Nursery

pytestmark = pytest.mark.loopback

KILLS, KILLS_OF_WORKERS = 50, 6
"""In this suite; ``python -m tests.soak.kills`` does thousands."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def test_a_service_that_is_killed_again_and_again_owes_nobody_a_verdict(nursery: Nursery, tmp_path: Path) -> None:
    served, load = Served(nursery, tmp_path, "--no-second-opinion"), Load(seed=1)
    kill_again_and_again(served, load, KILLS, seed=1)
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/data/countersign.sqlite")) as database:
        assert check_all(database, open_blobs(f"file://{tmp_path}/data/blobs"), load.answered) >= KILLS


def test_a_worker_that_is_killed_at_work_leaves_it_to_the_other(
    nursery: Nursery, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # Servers start once this test may open sockets: after fixtures of a run are made, before its own.
    large_backend: Backend = request.getfixturevalue("large_backend")
    object_server: ObjectStore = request.getfixturevalue("object_server")
    keeping = ("--database", large_backend.database_url, "--blobs", large_backend.blobs_url)
    served = Served(nursery, tmp_path, "--judges=0", keeping=keeping, **object_server.environment)
    load = Load(seed=2)
    kill_workers(served, load, KILLS_OF_WORKERS, seed=2)
    assert check_all(large_backend.database, large_backend.blobs, load.answered) >= KILLS_OF_WORKERS
