"""An object that others rely on is not put again: a put that is cut off over it could take it from them."""

from __future__ import annotations

from typing import Any

import obstore
import pytest

from tests.backends import Backend

pytestmark = pytest.mark.loopback


@pytest.fixture
def large(request: pytest.FixtureRequest) -> Backend:
    """PostgreSQL and S3."""
    made: Backend = request.getfixturevalue("large_backend")
    return made


def test_what_is_there_and_whole_is_left_alone(large: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    name = large.blobs.put_bytes(b"evidence of many")
    puts: list[str] = []

    def put(_store: Any, path: str, *_: Any, **__: Any) -> None:
        puts.append(path)

    monkeypatch.setattr(obstore, "put", put)
    assert large.blobs.put_bytes(b"evidence of many") == name
    assert large.blobs.put([b"evidence ", b"of many"]).sha256 == name
    assert puts == []
    large.blobs.put_bytes(b"evidence of one")
    assert len(puts) == 1
