"""Many bundles over several processes: how far their rate is from that of one process times their number."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence

from verifier.engine import judge
from verifier.request import Request

from .rows import Budget, Row
from .timing import in_turn, wall


def rows(requests: Sequence[Request]) -> Iterator[Row]:
    """As many processes as there are processors, against one, each judging all of `requests`."""
    count = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:

        def together(number: int) -> None:
            pool.map(judge_all, [requests] * number, chunksize=1)

        together(count)
        all_taken, one_taken = in_turn(lambda: together(count), lambda: together(1), rounds=25, clock=wall)
    bundles = len(requests)
    rate, single = count * bundles / all_taken, bundles / one_taken
    name = f"many bundles, {count} processes: rate against {count} × one process"
    yield Row(name, rate, "bundles/s", count * single, Budget(0.9, at_least=True))


def judge_all(requests: Sequence[Request]) -> None:
    """The work of one process in one run."""
    for request in requests:
        judge(request)
