"""The trail of a tenant: what was done, by whom, in order, each entry over the one before.

    hash of entry n = SHA-256(hash of entry n-1, hex ‖ "\\n" ‖ the entry, canonical JSON)

Before entry 0 stands the SHA-256 of the tenant's id, so that no chain passes as another tenant's. Whoever keeps one
hash can tell whether anything up to it was changed since. Whoever keeps none can tell only that it is unbroken.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
import rfc8785
from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from .faults import StoreFault
from .rows import every
from .schema import tenants, trail

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


_TURN = select(tenants.c.id).where(tenants.c.id == bindparam("of")).with_for_update(key_share=True)
_LAST = (
    select(trail.c.number, trail.c.hash)
    .where(trail.c.tenant == bindparam("of"))
    .order_by(trail.c.number.desc())
    .limit(1)
)
_INSERT = trail.insert()
"""Made once: everything that is done appends."""


class Entry(Struct, frozen=True):
    """One entry: `entry` its canonical JSON, `hash` (hex) over it and all before it."""

    tenant: str
    number: int
    entry: str
    hash: str

    @property
    def document(self) -> dict[str, Any]:
        """at, actor, act, about, detail."""
        tree: dict[str, Any] = msgspec.json.decode(self.entry)
        return tree


def append(
    connection: Connection, tenant: str, *, actor: str, act: str, about: str, detail: Any, at: datetime.datetime
) -> Entry:
    """Add an entry to the tenant's trail, in the transaction that does what it tells of.

    Appends to one trail take turns: whoever appends holds the tenant until its transaction ends. Append last, and in
    one transaction to the trails of several tenants by the order of their ids.
    """
    connection.execute(_TURN, {"of": tenant})
    before = connection.execute(_LAST, {"of": tenant}).first()
    number, previous = (before.number + 1, before.hash) if before is not None else (0, genesis(tenant))
    tree = {"about": about, "act": act, "actor": actor, "at": at.strftime(_TIME), "detail": detail}
    text = rfc8785.dumps(tree).decode()
    entry = Entry(tenant, number, text, chained(previous, text))
    connection.execute(_INSERT, msgspec.structs.asdict(entry))
    return entry


def page_of(connection: Connection, tenant: str, after: int | None, size: int) -> tuple[Entry, ...]:
    """At most `size` entries of the tenant's trail with numbers above `after`, in order."""
    mine = select(trail).where(trail.c.tenant == tenant)
    if after is not None:
        mine = mine.where(trail.c.number > after)
    return every(connection, Entry, mine.order_by(trail.c.number).limit(size))


def genesis(tenant: str) -> str:
    """What stands before a trail's first entry."""
    return hashlib.sha256(tenant.encode()).hexdigest()


def chained(previous: str, entry: str) -> str:
    """The hash of an entry whose predecessor has the hash `previous`."""
    return hashlib.sha256(f"{previous}\n{entry}".encode()).hexdigest()


def verify_chain(tenant: str, entries: Iterable[Entry], *, number: int = 0, previous: str | None = None) -> str:
    """That entries follow one another without gap or change, from `number` on; the last one's hash.

    `previous` is the hash of the entry before `number`, and None from the first on.

    Raises:
        StoreFault: ``trail.broken``, with the first entry that does not fit.
    """
    running = genesis(tenant) if previous is None else previous
    for wanted, entry in enumerate(entries, start=number):
        running = chained(running, entry.entry)
        if (entry.tenant, entry.number, entry.hash) != (tenant, wanted, running):
            raise StoreFault(
                "trail.broken",
                f"entry {entry.number} of {entry.tenant}'s trail does not follow from the one before",
                expected=f"entry {wanted}, {running}",
                actual=f"entry {entry.number}, {entry.hash}",
            )
    return running
