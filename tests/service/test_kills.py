"""Real processes, really killed: what was accepted has exactly one verdict, the one that judging it directly gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.store.blobs import open_blobs
from api.store.database import open_database

from .killing import Load, Served, check_all, kill_again_and_again
from .nursery import Nursery

pytestmark = pytest.mark.loopback

KILLS = 50
"""In this suite; ``make soak`` does thousands."""


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
