"""Two at once: a lease is one worker's, a key one request's, a verdict the only one. On both backends."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from sqlalchemy.engine import Connection

from api.store import tenants, verdicts, verifications
from api.store.faults import StoreFault
from api.store.tenants import Tenant
from api.store.verifications import Verification
from tests.backends import Backend

from .together import all_at_once
from .values import HOUR, NOW, accepted, tenant, verdict, verification


def leased(
    backend: Backend, by: str, limit: int = 1, at: datetime.datetime = NOW, until: datetime.timedelta = HOUR
) -> tuple[Verification, ...]:
    """What a worker gets."""
    with backend.database.writing() as connection:
        return verifications.lease(connection, at, at + until, by, limit)


def test_workers_at_once_never_lease_one_row(backend: Backend) -> None:
    names = [f"v{number}" for number in range(24)]
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, *names)

    def work(by: str) -> Callable[[], list[str]]:
        def run() -> list[str]:
            mine: list[str] = []
            while got := leased(backend, by, limit=2):
                assert {verification.lease for verification in got} == {by}
                mine += [verification.id for verification in got]
            return mine

        return run

    shares = all_at_once(work(f"worker {number}") for number in range(4))
    taken = [name for share in shares for name in share]
    left = leased(backend, "last", limit=100)
    assert sorted([*taken, *(verification.id for verification in left)]) == sorted(names)


def test_what_another_is_taking_is_passed_over_not_waited_for(large_backend: Backend) -> None:
    with large_backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1", "v2")
    with large_backend.database.writing() as connection:
        [mine] = verifications.lease(connection, NOW, NOW + HOUR, "first")
        [theirs] = leased(large_backend, "second")
    assert (mine.id, theirs.id) == ("v1", "v2")


def test_a_lease_that_ran_out_is_taken_again_and_the_late_worker_is_told(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1")
    assert len(leased(backend, "dies")) == 1
    assert leased(backend, "early", at=NOW + HOUR - datetime.timedelta(microseconds=1)) == ()
    [again] = leased(backend, "next", at=NOW + HOUR)
    assert (again.id, again.attempts) == ("v1", 0)
    with backend.database.writing() as connection:
        assert not verifications.release(connection, "v1", "dies", attempt=True)
        assert verifications.release(connection, "v1", "next", attempt=True)
    [third] = leased(backend, "third", at=NOW + HOUR)
    assert third.attempts == 1


def test_a_clock_that_is_put_back_only_makes_a_lease_longer(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1")
    assert len(leased(backend, "first")) == 1
    assert leased(backend, "second", at=NOW - 24 * HOUR) == ()


def test_what_is_done_is_never_leased(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1", "v2")
        assert verifications.finish(connection, "v1")
        assert not verifications.finish(connection, "v1")
        assert verifications.pending(connection) == verifications.pending(connection, "acme") == 1
        assert verifications.pending(connection, "other") == 0
    assert [verification.id for verification in leased(backend, "w", limit=5)] == ["v2"]


def test_of_verdicts_at_once_one_is_written(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)
        accepted(connection, "v1")

    def issue(name: str) -> Callable[[], str]:
        def run() -> str:
            try:
                with backend.database.writing() as connection:
                    verdicts.insert(connection, verdict("v1", name))
                    verifications.finish(connection, "v1")
            except StoreFault as fault:
                return fault.reason
            return name

        return run

    answers = all_at_once(issue(f"verdict {number}") for number in range(4))
    with backend.database.reading() as connection:
        kept = verdicts.by_verification(connection, "acme", "v1")
        assert verifications.pending(connection) == 0
    assert kept is not None
    assert sorted(answers) == sorted([kept.id, *["verdict.exists"] * 3])


def test_of_requests_at_once_under_one_key_one_is_accepted(backend: Backend) -> None:
    with backend.database.writing() as connection:
        tenant(connection)

    def ask(name: str) -> Callable[[], tuple[str, bool]]:
        def run() -> tuple[str, bool]:
            with backend.database.writing() as connection:
                created = verifications.insert(connection, verification(name, key="one"))
                found = verifications.by_key(connection, "acme", "one")
            assert found is not None
            return found.id, created

        return run

    answers = all_at_once(ask(f"v{number}") for number in range(4))
    assert len({name for name, _ in answers}) == 1
    assert sorted(created for _, created in answers) == [False, False, False, True]


def test_transactions_are_whole_or_not_there(backend: Backend) -> None:
    def cut_off(connection: Connection) -> None:
        tenants.insert(connection, Tenant("half", "Half", (), {}, NOW))
        raise LookupError

    try:
        with backend.database.writing() as connection:
            cut_off(connection)
    except LookupError:
        pass
    with backend.database.reading() as connection:
        assert tenants.all_tenants(connection) == ()
