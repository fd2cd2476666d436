"""The queue, as use cases see it: who is told that a verification waits, and whom one waits with for its verdict.

The queue promises nothing. What is accepted stands in the store; a verification that the queue forgot is found there,
and one that it hands out twice gets one verdict, by the store's unique constraint.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Queue(Protocol):
    """Wakes whoever judges, and whoever waits. `api.jobs` has one for threads of this process and one for workers.

    Theirs is also to ``start(service)`` and to ``stop()``, which is for whoever runs the service.
    """

    def enqueue(self, verification: str) -> None:
        """Say that the verification with this id was accepted. After its transaction is over, never within."""
        ...

    def wait(self, verification: str, seconds: float) -> bool:
        """Block until the verification has its verdict, at most `seconds`; whether it has."""
        ...

    def finished(self, verifications: Sequence[str]) -> None:
        """Say that these have their verdicts. After their transaction is over."""
        ...
