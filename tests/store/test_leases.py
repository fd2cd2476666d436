"""Leases against a model: whatever workers do, and die of, a verification is one worker's at a time and ends once."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.store import tenants, verifications
from api.store.database import Database
from api.store.tenants import Tenant
from tests.backends import Backend

from .values import NOW, verification

MINUTE = datetime.timedelta(minutes=1)
LONGEST = 3

STEPS = st.lists(
    st.one_of(
        st.just(("accept",)),
        st.tuples(st.just("lease"), st.integers(1, 3)),
        st.tuples(st.just("pass"), st.integers(1, 4)),
        st.tuples(st.just("release"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("finish"), st.integers(0, 9)),
    ),
    max_size=30,
)


class Held:
    """What the model knows of a verification."""

    def __init__(self) -> None:
        self.lease = ""
        self.until = NOW
        self.attempts = 0
        self.done = False


class Model:
    """The store's leases, and what they ought to be."""

    def __init__(self, database: Database, name: str) -> None:
        self.database, self.name = database, name
        self.now = NOW
        self.rows: dict[str, Held] = {}
        self.leases: list[tuple[str, str]] = []  # (verification, lease), those that ran out too

    def accept(self) -> None:
        name = f"{self.name} {len(self.rows)}"
        with self.database.writing() as connection:
            assert verifications.insert(connection, verification(name, self.name))
        self.rows[name] = Held()

    def lease(self, limit: int) -> None:
        lease = f"lease {len(self.leases)}"
        free = [name for name, row in self.rows.items() if not row.done and row.until <= self.now]
        with self.database.writing(durable=False) as connection:
            taken = verifications.lease(connection, self.now, self.now + LONGEST * MINUTE, lease, limit)
        assert [row.id for row in taken] == free[:limit], "the oldest that nobody works on"
        for row in taken:
            held = self.rows[row.id]
            assert row.attempts == held.attempts
            held.lease, held.until = lease, self.now + LONGEST * MINUTE
            self.leases.append((row.id, lease))

    def release(self, which: int, attempt: bool) -> None:
        if not self.leases:
            return
        name, lease = self.leases[which % len(self.leases)]
        row = self.rows[name]
        mine = row.lease == lease
        with self.database.writing() as connection:
            assert verifications.release(connection, name, lease, attempt=attempt) == mine
        if mine:
            row.lease, row.until, row.attempts = "", self.now, row.attempts + attempt

    def finish(self, which: int) -> None:
        if not self.rows:
            return
        name, row = list(self.rows.items())[which % len(self.rows)]
        with self.database.writing() as connection:
            assert verifications.finish(connection, name) != row.done
        row.done, row.lease = True, ""

    def check(self) -> None:
        with self.database.reading() as connection:
            assert verifications.pending(connection, self.name) == sum(not row.done for row in self.rows.values())


@pytest.fixture
def serials() -> list[int]:
    """As many as there were examples: each has a tenant of its own, which nothing of the others' touches."""
    return []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_leases_are_as_their_model_has_them(
    backend: Backend, serials: list[int], steps: list[tuple[object, ...]]
) -> None:
    serials.append(0)
    name = f"t{len(serials)}"
    with backend.database.writing() as connection:
        tenants.insert(connection, Tenant(name, name, (), {}, NOW))
    model = Model(backend.database, name)
    for step, *arguments in steps:
        if step == "pass":
            model.now += int(str(arguments[0])) * MINUTE
        else:
            getattr(model, str(step))(*arguments)
    model.check()
    with backend.database.writing() as connection:  # the next example leases nothing of this one's
        for row in model.rows:
            verifications.finish(connection, row)
