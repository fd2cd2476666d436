"""Many bundles over several processes: how far their rate is from that of one process times their number."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

from verifier.engine import judge
from verifier.request import Request

from .rows import Budget, Row
from .timing import in_turn, wall

JUDGEMENTS = 600
"""Judgements of each process in one run."""


def rows(request: Request) -> Iterator[Row]:
    """As many processes as there are processors, against one, each doing the same number of judgements."""
    count = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:

        def together(number: int) -> None:
            pool.map(judge_many, [request] * number, chunksize=1)

        together(count)
        all_taken, one_taken = in_turn(lambda: together(count), lambda: together(1), rounds=5, clock=wall)
    rate, single = count * JUDGEMENTS / all_taken, JUDGEMENTS / one_taken
    name = f"many bundles, {count} processes: rate against {count} × one process"
    yield Row(name, rate, "bundles/s", count * single, Budget(0.9, at_least=True))


def judge_many(request: Request) -> None:
    """The work of one process in one run."""
    for _ in range(JUDGEMENTS):
        judge(request)
