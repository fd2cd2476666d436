"""How time is taken: two things in turn, many times over, and the best of each.

Whatever else the machine does only ever adds time, so the smallest of many runs is the nearest to the thing itself; and
taking turns lets both meet the same machine.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence

Work = Callable[[], object]


def in_turn(first: Work, second: Work, *, rounds: int, clock: Callable[[], float]) -> tuple[float, float]:
    """The best of `rounds` runs of each, in seconds of `clock`, after one run of each that does not count."""
    first()
    second()
    best = (float("inf"), float("inf"))
    for _ in range(rounds):
        best = (min(best[0], _taken(first, clock)), min(best[1], _taken(second, clock)))
    return best


def _taken(work: Work, clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def whole_process(command: Sequence[str]) -> Work:
    """Runs `command` from start to end, output dropped; it must succeed, else its time means nothing."""
    return lambda: subprocess.run(command, check=True, capture_output=True)


wall = time.perf_counter
cpu = time.process_time
