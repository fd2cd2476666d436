"""The queue of many machines: `procrastinate`, in the PostgreSQL that keeps everything else.

    API node   ── defer ──►  a job: "look"   ──►  a worker, which leases whatever the store says waits
    API node   ◄── asks, while somebody waits, which of those have ended

A job only has a worker look at once. Without one it looks every few seconds, and so finds what a crash left without a
job, and what a worker that was killed had leased. Jobs of workers that are gone are given to others.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..usecases.service.judging import Work
from .chores import Chore, Rounds, attempted, keeping
from .local import LOOK_AGAIN
from .waiting import Waiting

if TYPE_CHECKING:
    from procrastinate import App, JobContext

    from ..store.database import Database
    from ..usecases.service.service import Service

QUEUE = "countersign"
LOOK = "countersign.look"

ASK_AGAIN = 0.1
"""Seconds between two looks at what somebody waits for."""

PATIENCE = 5.0
"""Seconds to wait for a connection: a job that is not left now costs two seconds, and a client's wait costs more."""

STOP_WITHIN = 0.2
"""Seconds until a worker that is to stop takes up nothing more."""


def install(database: Database) -> None:
    """Bring `procrastinate`'s own tables into the database, where they are not.

    Raises:
        StoreFault: ``store.unavailable``.
    """
    from procrastinate.exceptions import ConnectorException

    if _has_tables(database):
        return
    app = _app(database)
    with app.open():
        try:
            app.schema_manager.apply_schema()
        except ConnectorException:
            # Another node that starts at the same moment was first.
            if not _has_tables(database):
                raise


def _has_tables(database: Database) -> bool:
    # Not `check_connection`, which waits half a minute for a database that is away.
    with database.reading() as connection:
        return connection.exec_driver_sql("SELECT to_regclass('procrastinate_jobs')").scalar() is not None


class ProcrastinateQueue:
    """This process's end of the queue: `takers` jobs at once, none in a process that only answers; and the chores."""

    def __init__(self, database: Database, takers: int = 0, chores: Sequence[Chore] = ()) -> None:
        self._database = database
        self._takers = takers
        self._chores = tuple(chores)
        self._waiting = Waiting(self._is_done)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._rounds: Rounds | None = None
        self._app = _app(database)

    def enqueue(self, verification: str) -> None:
        """Leave a job. Where that fails, the verification is found all the same, a little later."""
        attempted("enqueue", functools.partial(self._defer, verification))

    def wait(self, verification: str, seconds: float) -> bool:
        """As `usecases.service.queue.Queue` has it."""
        return self._waiting.wait(verification, seconds)

    def finished(self, verifications: Sequence[str]) -> None:
        """Wake who waits for these in this process; other processes see for themselves."""
        self._waiting.tell(verifications)

    def start(self, service: Service) -> None:
        """Begin: to see what ended, and with `takers` to take up.

        Raises:
            StoreFault: ``store.unavailable``.
        """
        install(self._database)
        self._app.open()
        chores = [Chore("waiting", ASK_AGAIN, self._tell)]
        if self._takers:
            work = Work(service)
            chores += [keeping(work), Chore("look", LOOK_AGAIN, lambda _: work.take_up() > 0), *self._chores]
            self._threads = [threading.Thread(target=self._serve, args=(work,), name="worker")]
        self._rounds = Rounds(service, chores)
        for thread in self._threads:
            thread.start()
        self._rounds.start()

    def stop(self) -> None:
        """Finish what is being judged and take up nothing more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if self._rounds is not None:
            self._rounds.stop()
        self._app.close()

    def _defer(self, verification: str) -> bool:
        self._app.configure_task(LOOK, queue=QUEUE).defer(verification=verification)
        return True

    def _serve(self, work: Work) -> None:
        while not self._stopping.is_set():
            # Returns when it is stopping; where the database is away, it is tried again.
            attempted("worker", lambda: asyncio.run(self._run(work)))
            self._stopping.wait(LOOK_AGAIN)

    async def _run(self, work: Work) -> bool:
        app = _app(self._database, work)
        async with app.open_async():
            running = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE], concurrency=self._takers, delete_jobs="always", install_signal_handlers=False
                )
            )
            while not (self._stopping.is_set() or running.done()):
                await asyncio.wait({running}, timeout=STOP_WITHIN)
            running.cancel()  # which lets its jobs come to their end
            with contextlib.suppress(asyncio.CancelledError):
                await running
        return True

    def _tell(self, service: Service) -> bool:
        from ..store import verifications

        if awaited := self._waiting.awaited():
            with service.database.reading() as connection:
                self._waiting.tell(verifications.done_of(connection, awaited))
        return False

    def _is_done(self, verification: str) -> bool:
        from ..store import verifications

        with self._database.reading() as connection:
            return bool(verifications.done_of(connection, [verification]))


def _app(database: Database, work: Work | None = None) -> App:
    """The tasks. A process that has no `work` leaves jobs, and does none."""
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=database.url, timeout=PATIENCE))

    @app.task(name=LOOK, queue=QUEUE)
    def look(verification: str) -> None:  # noqa: ARG001  # which one it is, the store says
        if work is not None:
            work.take_up()

    @app.periodic(cron="* * * * *")
    @app.task(name="countersign.stalled", queue=QUEUE, queueing_lock="countersign.stalled", pass_context=True)
    async def stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  # as procrastinate calls it
        jobs = context.app.job_manager
        for job in await jobs.get_stalled_jobs(queue=QUEUE):
            await jobs.retry_job(job)

    return app
