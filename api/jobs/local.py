"""The queue of one machine: threads of the serving process take up what the store says was accepted.

A thread looks when it is told, when it has just found something, and every few seconds. At the start nobody else works
here (the data directory is this process's alone), so what an earlier process had leased is free at once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..usecases.service.judging import Work
from .chores import Chore, Rounds, attempted, keeping
from .waiting import Waiting

if TYPE_CHECKING:
    from ..usecases.service.service import Service

LOOK_AGAIN = 2.0
"""Seconds until the store is looked at again without anybody having said anything."""

TAKEN_TOGETHER = 4
"""Verifications that a thread leases in one transaction."""


THREADS = 2
"""Threads for each judge: while one waits for the judge, another signs and writes what was judged."""


class LocalQueue:
    """Threads for so many `judges`, none for 0; and the chores."""

    def __init__(self, judges: int, chores: Sequence[Chore] = ()) -> None:
        self._count = THREADS * judges
        self._chores = tuple(chores)
        self._changed = threading.Condition()
        self._told = 0
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self._rounds: Rounds | None = None
        self._waiting = Waiting(self._is_done)
        self._service: Service | None = None

    def enqueue(self, verification: str) -> None:
        """Have a thread look."""
        self._waiting.expect(verification)
        with self._changed:
            self._told += 1
            self._changed.notify()

    def wait(self, verification: str, seconds: float) -> bool:
        """As `usecases.service.queue.Queue` has it."""
        return self._waiting.wait(verification, seconds)

    def finished(self, verifications: Sequence[str]) -> None:
        """Wake who waits for these."""
        self._waiting.tell(verifications)

    def start(self, service: Service) -> None:
        """Free what an earlier process had leased, and begin.

        Raises:
            StoreFault: ``store.unavailable``.
        """
        from ..store import verifications

        self._service = service
        if service.database.dialect == "sqlite":
            with service.database.writing() as connection:
                verifications.release_all(connection)
        work = Work(service)
        self._rounds = Rounds(service, (keeping(work), *self._chores))
        self._threads = [
            threading.Thread(target=self._judge, args=(work,), name=f"judging {number}")
            for number in range(self._count)
        ]
        for thread in self._threads:
            thread.start()
        self._rounds.start()

    def stop(self) -> None:
        """Finish what is being judged and take up nothing more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        if self._rounds is not None:
            self._rounds.stop()

    def _judge(self, work: Work) -> None:
        while not self._stopping:
            told = self._told
            if not attempted("judge", lambda: work.take_up(TAKEN_TOGETHER) > 0):
                self._await_more_than(told)

    def _await_more_than(self, told: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._told != told, LOOK_AGAIN)

    def _is_done(self, verification: str) -> bool:
        from ..store import verifications

        if self._service is None:
            return False
        with self._service.database.reading() as connection:
            return bool(verifications.done_of(connection, [verification]))
