"""Several at once, in threads of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


def all_at_once(works: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """What each gives; they begin together. An error of one is raised here."""
    waiting = list(works)
    together = threading.Barrier(len(waiting))

    def run(work: Callable[[], Answer]) -> Answer:
        together.wait()
        return work()

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))
