"""U20: whose clock is moved gets no gate that looks on again, once that was over."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from api.gate.journal import Journal

from .test_gate import Fleet, fleet

__all__ = ["fleet"]

OBSERVE = ("--observe", "--until", "2026-03-14T10:00:00Z")
LONGER = ("--observe", "--until", "2026-03-16T10:00:00Z")


def _at(time: str) -> tuple[str, str]:
    return ("--now", f"2026-03-{time}Z")


def test_u20_a_clock_that_is_set_back_brings_back_no_gate_that_looks_on(fleet: Fleet) -> None:
    """Who answers for the time on a network could else have everything let through, weeks after it was over."""
    first, second = fleet.release(712), fleet.release(713)
    assert fleet.check(713, *second)[0] == 0
    assert fleet.accept(*second) == 0
    held = (1, "BLOCK", {"update.rollback"})
    assert fleet.check(712, *first, more=(*OBSERVE, *_at("14T09:59:59")))[:2] == (0, "OBSERVED")
    assert fleet.check(712, *first, more=(*OBSERVE, *_at("14T10:00:00"))) == held
    for _ in range(2):
        assert fleet.check(712, *first, more=(*OBSERVE, *_at("14T09:00:00"))) == held
    assert fleet.decisions()[-1]["observed"] is False
    assert fleet.check(712, *first, more=(*LONGER, *_at("14T10:30:00")))[:2] == (0, "OBSERVED")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"at":"2026-03-14T10:00:00Z","action":"hold"}', True),
        (b'{"at":"2026-03-14T10:00:00.25Z","action":"hold"}', True),
        (b'{"at":"2026-03-14T09:59:59Z","action":"hold"}', False),
        (b'{"at":"2026-03-14T09:59:59.999Z","action":"hold"}', False),
        (b'{"at":"2026-03-14T10:00:00Z","action":"accepted","artifacts":[]}', False),
        (b'tion":"hold"}', False),
        (b"", False),
    ],
)
@pytest.mark.parametrize("name", ["decisions.jsonl", "decisions.jsonl.1"])
def test_what_a_journal_tells_of(tmp_path: Path, name: str, line: bytes, told: bool) -> None:
    (tmp_path / name).write_bytes(line + b"\n" + b'{"at":"2026-03-01T00:00:00Z"}\n')
    assert Journal(tmp_path).tells_of(datetime.datetime(2026, 3, 14, 10, tzinfo=datetime.UTC)) is told
