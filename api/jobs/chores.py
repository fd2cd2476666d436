"""What is done every so often, beside judging: a function each, in a thread of its own, as long as the queue runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from msgspec import Struct

from attestations.faults import Fault

from ..usecases.service.judging import LEASE, Work

if TYPE_CHECKING:
    from ..usecases.service.service import Service

LOG = structlog.stdlib.get_logger("countersign")


class Chore(Struct, frozen=True):
    """`run` is called with the service every `seconds`, and at once again for as long as it says that there is more."""

    name: str
    seconds: float
    run: Callable[[Service], bool]


def keeping(work: Work) -> Chore:
    """Saying that what `work` holds is being worked on."""

    def keep(_: Service) -> bool:
        work.keep()
        return False

    return Chore("keep leases", LEASE.total_seconds() / 3, keep)


class Rounds:
    """Threads that do chores until they are stopped."""

    def __init__(self, service: Service, chores: Sequence[Chore]) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._go, args=(chore,), name=chore.name) for chore in chores]

    def start(self) -> None:
        """Begin, each chore at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each come to the end of what it is at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _go(self, chore: Chore) -> None:
        while not self._stopping.is_set():
            if not attempted(chore.name, lambda: chore.run(self._service)):
                self._stopping.wait(chore.seconds)


def attempted(name: str, run: Callable[[], bool]) -> bool:
    """What `run` says; False where it failed, which is logged: the thread that does it goes on with the next."""
    try:
        return run()
    except Fault as fault:
        LOG.warning("chore", chore=name, reason=fault.reason, detail=fault.detail)
    except Exception:
        LOG.exception("chore", chore=name)
    return False
