"""What is looked up in a report that is kept: why its verdict did not pass."""

from __future__ import annotations

import msgspec
from msgspec import Struct


class _Check(Struct):
    outcome: str
    reason: str = ""
    finding: bool = False


class _Predicate(Struct):
    checks: list[_Check]


class _Report(Struct):
    predicate: _Predicate


_READER = msgspec.json.Decoder(_Report)


def reasons_in(report: bytes) -> tuple[str, ...]:
    """The codes of all that keeps a verdict from passing, each once, findings left out."""
    checks = _READER.decode(report).predicate.checks
    return tuple(dict.fromkeys(check.reason for check in checks if check.reason and not check.finding))
