"""A judgement with every door watched. Run as a program, it prints as JSON what the judgement reached for.

    python -m tests.architecture.watched CASE

An audit hook sees what opens, connects, starts or loads something; a profiler sees calls that raise no audit event: the
clock, chance, the environment. The first judgement is not watched, since it may load modules; the second is.
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from fixtures.case import VerdictCase, read_case
from verifier.engine import judge
from verifier.report import render_report

from ..vectors.runner import request

QUIET = frozenset({"sys.setprofile", "builtins.id", "object.__getattr__", "object.__setattr__"})
"""Audit events that are no effect: they tell that Python looks at its own objects."""

REACHING = frozenset({"_random", "_socket", "_thread", "nt", "posix", "random", "secrets", "select", "socket", "time"})
"""Modules of C functions that reach out of the process, or read what is not an argument."""

CLOCKS = frozenset({"now", "today", "utcnow"})
"""Methods of dates that read the clock."""


class Watch:
    """What is reached for while it is on."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.on = False
        sys.addaudithook(self._audit)

    def __enter__(self) -> Watch:
        sys.setprofile(self._profile)
        self.on = True
        return self

    def __exit__(self, *_: object) -> None:
        self.on = False
        sys.setprofile(None)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event not in QUIET:
            self.seen.append(f"{event} {arguments!r}"[:200])

    def _profile(self, _frame: Any, event: str, called: Any) -> None:
        if event != "c_call":
            return
        owner = getattr(called, "__self__", None)
        reads_clock = called.__name__ in CLOCKS and isinstance(owner, type) and issubclass(owner, datetime.date)
        modules = {called.__module__, type(owner).__module__}
        if reads_clock or modules & REACHING or called.__qualname__ in {"open", "input", "print"}:
            self.seen.append(f"{called.__module__}.{called.__qualname__}")


def main(folder: Path) -> None:
    """Judge the case in `folder` twice, the second time watched."""
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    asked = request(case, folder)
    first = judge(asked)
    with Watch() as watch:
        report = render_report(judge(asked))
    told = {"outcome": first.outcome.value, "seen": watch.seen, "report": report.decode()}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
