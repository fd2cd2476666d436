"""Both queues, each over its own store: what is enqueued is judged, what was forgotten is found, who waits is woken."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.jobs.chores import Chore
from api.jobs.local import LocalQueue
from api.jobs.workers import LOOK, ProcrastinateQueue, install
from api.judges.judges import Judges
from api.store import verifications
from api.store.database import open_database
from api.store.faults import StoreFault
from api.usecases.service.judging import LEASE
from api.usecases.service.service import Service
from api.usecases.service.submit import submit
from tests.backends import Backend
from tests.service.looking import check_one_verdict, verdicts_of
from tests.service.making import AUDITOR, StandingClock, furnish, honest, service_of

pytestmark = pytest.mark.loopback

PATIENCE = 60
"""Seconds to wait for what must happen: far more than it takes, and reached only where it never does."""

Queue = LocalQueue | ProcrastinateQueue


def queue_of(backend: Backend, judges: int = 1, *chores: Chore) -> Queue:
    """The queue that a service on this backend has."""
    if backend.database.dialect == "sqlite":
        return LocalQueue(judges, chores)
    return ProcrastinateQueue(backend.database, judges, chores)


@contextlib.contextmanager
def at_work(service: Service) -> Iterator[Service]:
    queue: Any = service.queue
    queue.start(service)
    try:
        yield service
    finally:
        queue.stop()


@pytest.fixture
def service(backend: Backend, judges: Judges) -> Service:
    """A service whose queue was not started."""
    return service_of(backend.database, backend.blobs, StandingClock(), judges, queue_of(backend))


def test_what_is_enqueued_is_judged_and_who_waits_is_woken(service: Service) -> None:
    policy = furnish(service)
    with at_work(service):
        verification = submit(service, AUDITOR, honest(policy)).verification
        assert service.queue.wait(verification.id, PATIENCE)
        check_one_verdict(service)
        assert service.queue.wait(verification.id, 0), "what is done needs no waiting"
        assert not service.queue.wait("verification-of-nobody", 0)


def test_what_nobody_was_told_of_is_found(service: Service) -> None:
    class Silent:
        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_: None

    policy = furnish(service)
    forgotten = service_of(service.database, service.blobs, service.clock, service.judges, Silent())  # type: ignore[arg-type]  # deaf and dumb
    before = submit(forgotten, AUDITOR, honest(policy, key="before")).verification
    with at_work(service):
        after = submit(forgotten, AUDITOR, honest(policy, key="after")).verification
        assert all(service.queue.wait(each.id, PATIENCE) for each in (before, after))
    assert [verdict.outcome for verdict in verdicts_of(service)] == ["PASSED"] * 2


def test_what_a_dead_process_had_leased_is_taken_up(service: Service) -> None:
    policy = furnish(service)
    verification = submit(service_of(service.database, service.blobs, service.clock, None), AUDITOR, honest(policy))
    now = service.clock.now()
    with service.database.writing() as connection:
        assert verifications.lease(connection, now, now + LEASE, "lease-of-the-dead")
    if service.database.dialect != "sqlite":
        service.clock.forward(LEASE)  # type: ignore[attr-defined]  # others may live there: only time tells
    with at_work(service):
        assert service.queue.wait(verification.verification.id, PATIENCE)
    check_one_verdict(service)


def test_a_store_that_is_away_for_a_while_ends_no_thread(backend: Backend, judges: Judges) -> None:
    service = service_of(backend.database, backend.blobs, StandingClock(), judges, queue_of(backend))
    policy = furnish(service)
    away, met = threading.Event(), threading.Event()

    class Away:
        def __getattr__(self, name: str) -> Any:
            return getattr(backend.blobs, name)

        def get(self, sha256: str) -> bytes:
            if away.is_set():
                met.set()
                raise StoreFault("store.unavailable", "away")
            return backend.blobs.get(sha256)

    service = service_of(backend.database, Away(), service.clock, judges, service.queue)
    away.set()
    with at_work(service):
        verification = submit(service, AUDITOR, honest(policy)).verification
        assert met.wait(PATIENCE)
        away.clear()
        service.clock.forward(LEASE)  # type: ignore[attr-defined]  # until the lease has run out
        assert service.queue.wait(verification.id, PATIENCE)
    check_one_verdict(service)


def test_chores_are_done_again_and_again_and_a_broken_one_stops_no_other(backend: Backend, judges: Judges) -> None:
    done, broken = threading.Semaphore(0), threading.Semaphore(0)

    def good(_: Service) -> bool:
        done.release()
        return False

    def bad(_: Service) -> bool:
        broken.release()
        raise RuntimeError("a bug")

    queue = queue_of(backend, 1, Chore("good", 0.01, good), Chore("bad", 0.01, bad))
    with at_work(service_of(backend.database, backend.blobs, StandingClock(), judges, queue)):
        assert all(each.acquire(timeout=PATIENCE) for each in (done, broken) for _ in range(3))


def test_procrastinates_tables_are_made_once(large: Backend) -> None:
    install(large.database)
    install(large.database)
    queue = ProcrastinateQueue(large.database)
    queue.start(service_of(large.database, large.blobs, StandingClock(), None))
    try:
        queue.enqueue("verification-of-nobody")
        with large.database.reading() as connection:
            jobs = connection.exec_driver_sql("SELECT task_name, args FROM procrastinate_jobs").all()
    finally:
        queue.stop()
    assert [tuple(job) for job in jobs] == [(LOOK, {"verification": "verification-of-nobody"})]


@pytest.fixture
def large(request: pytest.FixtureRequest) -> Backend:
    """PostgreSQL and S3."""
    made: Backend = request.getfixturevalue("large_backend")
    return made


def test_nodes_that_start_at_once_make_the_tables_once(large: Backend) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(install, [large.database] * 4))


def test_a_database_that_is_away_is_no_crash(large: Backend) -> None:
    with contextlib.closing(open_database(f"{large.database_url}&port=1")) as away:
        with pytest.raises(StoreFault) as refused:
            install(away)
        assert refused.value.reason == "store.unavailable"
        ProcrastinateQueue(away).enqueue("verification-of-nobody")
