"""The journal on bad days: many at once, a disk without room, a disk that fails."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from api.signer.journal import Entry, Journal, verify_journal


def entry(name: str) -> Entry:
    return Entry("2026-03-14T09:00:00Z", "sha256:k", "https://x.example", "sha256:p", name, "r", {"vsa": name})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_entries_of_many_threads_are_one_chain_and_all_there(path: Path) -> None:
    journal = Journal(path)

    def add(name: str) -> None:
        for number in range(20):
            journal.append(entry(f"{name}/{number}"))

    threads = [threading.Thread(target=add, args=(str(at),)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = path.read_bytes().splitlines()
    assert len(set(lines)) == journal.count == 160
    verify_journal(lines, "journal")
    journal.close()


def test_what_comes_while_the_disk_is_busy_goes_there_together(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    busy, free, kept = threading.Event(), threading.Event(), []

    def fsync(_file: int) -> None:
        kept.append(journal.count)
        busy.set()
        assert free.wait(10)

    written, real = threading.Semaphore(0), os.write

    def write(file: int, content: bytes) -> int:
        count = real(file, content)
        written.release()
        return count

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("os.write", write)
    first = threading.Thread(target=journal.append, args=(entry("first"),))
    first.start()
    assert busy.wait(10)
    others = [threading.Thread(target=journal.append, args=(entry(str(number)),)) for number in range(5)]
    for other in others:
        other.start()
    assert all(written.acquire(timeout=10) for _ in range(6))
    free.set()
    for thread in (first, *others):
        thread.join()

    assert kept[0] == 1
    assert len(kept) <= 3
    journal.close()


def _short(real: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    return lambda file, content: real(file, content[: len(content) // 2])


def test_a_disk_without_room_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    journal.append(entry("first"))
    with monkeypatch.context() as full:
        full.setattr("os.write", _short(os.write))
        with pytest.raises(OSError, match="cannot grow"):
            journal.append(entry("second"))

    journal.append(entry("third"))
    lines = path.read_bytes().splitlines()
    assert [b"third" in line for line in lines] == [False, True]
    verify_journal(lines, "journal")
    journal.close()


def test_a_signature_that_the_disk_did_not_keep_never_leaves(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)

    def fsync(_file: int) -> None:
        raise OSError(5, "input/output error")

    with monkeypatch.context() as failing:
        failing.setattr("os.fsync", fsync)
        with pytest.raises(OSError, match="input/output"):
            journal.append(entry("first"))
    journal.append(entry("second"))
    verify_journal(path.read_bytes().splitlines(), "journal")
    journal.close()
