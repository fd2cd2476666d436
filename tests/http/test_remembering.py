"""What is remembered is exact: any commit, by any connection, is seen by the next request."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import text

from api.http.remembering import MOST, Memory
from api.store.changes import Changes
from api.usecases.service.tokens import list_tokens, revoke_token
from tests.backends import Backend

from ..service.making import AUDITOR
from .asking import RELEASE, Asking, given

Headers = dict[str, str]


def counted() -> tuple[list[int], Callable[[], int]]:
    """How often it was looked, and the look."""
    looks: list[int] = []

    def find() -> int:
        looks.append(len(looks))
        return looks[-1]

    return looks, find


def test_nothing_is_looked_up_twice_until_somebody_writes(embedded_backend: Backend) -> None:
    memory = Memory(Changes(embedded_backend.database))
    looks, find = counted()
    assert [memory.recall("a", find), memory.recall("a", find), memory.recall("b", find)] == [0, 0, 1]
    with embedded_backend.database.writing() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    assert memory.recall("a", find) == 2
    path = embedded_backend.database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path)  # another process, as far as the database can tell
    other.execute("INSERT INTO t VALUES (1)")
    other.commit()
    other.close()
    assert memory.recall("a", find) == 3
    memory.close()
    assert len(looks) == 4


def test_a_refusal_is_not_remembered_and_memory_is_bounded(embedded_backend: Backend) -> None:
    memory = Memory(Changes(embedded_backend.database))

    def refuse() -> int:
        raise LookupError("no")

    with pytest.raises(LookupError):
        memory.recall("a", refuse)
    assert memory.recall("a", lambda: 1) == 1
    for number in range(MOST):
        memory.recall(number, lambda: 2)
    assert memory.recall("a", lambda: 3) == 3
    memory.close()


@pytest.mark.loopback
def test_what_cannot_be_told_apart_is_not_remembered(large_backend: Backend) -> None:
    memory = Memory(Changes(large_backend.database))
    _, find = counted()
    assert [memory.recall("a", find), memory.recall("a", find)] == [0, 1]
    memory.close()


def test_a_verdict_is_seen_at_once_and_a_revoked_token_sees_nothing(asking: Asking, auditor: Headers) -> None:
    path = f"/v1/artifacts/{RELEASE.sha256}/verdicts"

    def seen() -> int:
        return len(asking.client.get(path, headers=auditor).json()["items"])

    for number in range(3):
        assert [seen(), seen()] == [number, number]
        asking.verdict(auditor, evidence=[given("a.json", b"%d" % number)])
    assert seen() == 3
    for token in list_tokens(asking.service, AUDITOR):
        revoke_token(asking.service, AUDITOR, token.id)
    assert asking.client.get(path, headers=auditor).status_code == 401
