"""A cold process: the whole of `countersign verify` against the whole of `sigstore verify identity --offline`."""

from __future__ import annotations

from collections.abc import Iterator

from .rows import Budget, Row
from .subjects import Subject
from .timing import in_turn, wall, whole_process


def rows(subject: Subject) -> Iterator[Row]:
    """Both commands, asked the same question about the same bundle, from start to exit."""
    ours, theirs = whole_process(subject.ours()), whole_process(subject.theirs())
    value, against = in_turn(ours, theirs, rounds=15, clock=wall)
    name = "countersign verify, cold process: wall time against sigstore verify identity --offline"
    yield Row(name, value * 1e3, "ms", against * 1e3, Budget(round(1 / 3, 3)))
