"""The trail: whatever is done to an entry that is kept shows, and writers never share a number."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.store import trail
from api.store.faults import StoreFault
from api.store.trail import Entry
from tests.backends import Backend

from .together import all_at_once
from .values import NOW, tenant

DETAILS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "é", "\0"]), inner),
    max_leaves=5,
)


def appended(backend: Backend, *details: object, name: str = "acme") -> tuple[Entry, ...]:
    """A trail of entries with these details."""
    with backend.database.writing() as connection:
        tenant(connection, name)
        for detail in details:
            trail.append(connection, name, actor="token:1", act="verdict", about="v", detail=detail, at=NOW)
    with backend.database.reading() as connection:
        return trail.page_of(connection, name, None, 1000)


def chain(tenant_name: str, details: list[object]) -> list[Entry]:
    """The entries that a store would have written, made by hand."""
    entries: list[Entry] = []
    running = trail.genesis(tenant_name)
    for number, detail in enumerate(details):
        text = json.dumps(detail)
        running = trail.chained(running, text)
        entries.append(Entry(tenant_name, number, text, running))
    return entries


def broken(*arguments: object, **named: object) -> str:
    """The reason for which a chain is refused."""
    with pytest.raises(StoreFault) as refused:
        trail.verify_chain(*arguments, **named)  # type: ignore[arg-type]  # what is wrong with them is the test
    return refused.value.reason


def test_what_is_appended_is_read_back_in_order_and_chained(backend: Backend) -> None:
    entries = appended(backend, {"n": 0}, [1, "é\0"], None)
    assert [entry.number for entry in entries] == [0, 1, 2]
    assert entries[1].document == {
        "about": "v",
        "act": "verdict",
        "actor": "token:1",
        "at": "2026-03-02T11:04:00.000000Z",
        "detail": [1, "é\0"],
    }
    assert trail.verify_chain("acme", entries) == entries[-1].hash


def test_pages_of_a_trail_go_on_from_a_hash_that_somebody_kept(backend: Backend) -> None:
    entries = appended(backend, *range(5))
    with backend.database.reading() as connection:
        later = trail.page_of(connection, "acme", 1, 2)
    assert [entry.number for entry in later] == [2, 3]
    assert trail.verify_chain("acme", later, number=2, previous=entries[1].hash) == entries[3].hash
    assert broken("acme", later, number=2, previous=entries[0].hash) == "trail.broken"


def test_tenants_have_trails_of_their_own(backend: Backend) -> None:
    mine, others = appended(backend, 1), appended(backend, 1, name="other")
    assert mine[0].entry == others[0].entry
    assert mine[0].hash != others[0].hash
    assert broken("other", mine) == "trail.broken"


@given(st.lists(DETAILS, min_size=1, max_size=6), st.data())
def test_a_change_anywhere_breaks_the_chain(details: list[object], data: st.DataObject) -> None:
    entries = chain("acme", details)
    at = data.draw(st.integers(0, len(entries) - 1))
    change = data.draw(st.sampled_from(["entry", "hash", "number", "tenant", "removed", "doubled", "moved"]))
    entry = entries[at]
    match change:
        case "entry":
            entries[at] = msgspec.structs.replace(entry, entry=entry.entry + " ")
        case "hash":
            entries[at] = msgspec.structs.replace(entry, hash=trail.chained(entry.hash, ""))
        case "number":
            entries[at] = msgspec.structs.replace(entry, number=entry.number + 1)
        case "tenant":
            entries[at] = msgspec.structs.replace(entry, tenant="other")
        case "removed":
            del entries[at]
            entries.append(msgspec.structs.replace(entry, number=len(entries)))
            if at == len(details) - 1:
                return  # it stands where it stood
        case "doubled":
            entries.insert(at, entry)
        case "moved":
            entries.insert(0, entries.pop(at))
            if at == 0:
                return  # it stands where it stood
    assert broken("acme", entries) == "trail.broken"


def test_writers_at_once_leave_no_gap_and_share_no_number(backend: Backend) -> None:
    appended(backend)

    def writer(name: str) -> Callable[[], None]:
        def run() -> None:
            for number in range(8):
                with backend.database.writing() as connection:
                    trail.append(connection, "acme", actor=name, act="a", about="b", detail=number, at=NOW)

        return run

    all_at_once(writer(f"token:{number}") for number in range(4))
    with backend.database.reading() as connection:
        entries = trail.page_of(connection, "acme", None, 1000)
    trail.verify_chain("acme", entries)
    assert [entry.number for entry in entries] == list(range(32))
    by_writer = [[e.document["detail"] for e in entries if e.document["actor"] == w] for w in {"token:0", "token:3"}]
    assert by_writer == [list(range(8))] * 2


def test_an_entry_of_a_transaction_that_fails_is_not_there(backend: Backend) -> None:
    appended(backend, 0)

    def fail() -> None:
        with backend.database.writing() as connection:
            trail.append(connection, "acme", actor="a", act="a", about="b", detail=1, at=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with backend.database.writing() as connection:
        assert trail.append(connection, "acme", actor="a", act="a", about="b", detail=2, at=NOW).number == 1
