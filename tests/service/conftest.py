"""What these tests share: judges, which are slow to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.judges.judges import Judges


@pytest.fixture(scope="session")
def judges() -> Iterator[Judges]:
    """Two judges, for the whole run."""
    pool = Judges(2)
    yield pool
    pool.close()
