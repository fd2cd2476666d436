"""The four outcomes, and the one place where several become one.

Spec: countersign design, section 3.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Outcome(enum.Enum):
    """What a check, a requirement or a verdict comes to. The values are those of reports."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCOMPLETE = "INCOMPLETE"
    ERROR = "ERROR"

    @property
    def exit_code(self) -> int:
        return _EXIT_CODES[self]


_EXIT_CODES = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.INCOMPLETE: 3, Outcome.ERROR: 4}
_PRECEDENCE = (Outcome.FAILED, Outcome.ERROR, Outcome.INCOMPLETE)


def combine(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of `outcomes`: FAILED before ERROR before INCOMPLETE; PASSED only where all passed and there was one.

    Nothing to check is never passed: an empty iterable is INCOMPLETE.
    """
    seen = tuple(outcomes)
    for worst in _PRECEDENCE:
        if worst in seen:
            return worst
    return Outcome.PASSED if seen else Outcome.INCOMPLETE
