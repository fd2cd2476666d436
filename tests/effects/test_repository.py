"""A repository of updates: what is there, what is not, what does not answer, and what no name reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.effects.repository import DirectoryRepository, HttpRepository
from verifier.faults import UpdateFault


def test_a_directory_serves_its_files_and_none_longer_than_asked_for(tmp_path: Path) -> None:
    (tmp_path / "1.root.json").write_bytes(b"root")
    repository = DirectoryRepository(tmp_path)
    assert repository.fetch("1.root.json", 4) == b"root"
    assert repository.fetch("1.root.json", 3) is None
    assert repository.fetch("2.root.json", 4) is None


def test_t83_no_name_leads_out_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "served").mkdir()
    repository = DirectoryRepository(tmp_path / "served")
    assert [repository.fetch(name, 100) for name in ("../secret", "..%2Fsecret", str(tmp_path / "secret"))] == [
        None
    ] * 3


@pytest.mark.loopback
def test_a_repository_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(UpdateFault) as raised:
        HttpRepository("http://127.0.0.1:1").fetch("timestamp.json", 100)
    assert raised.value.reason == "update.unreachable"
