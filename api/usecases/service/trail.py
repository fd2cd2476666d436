"""The trail: what was done, in order. Until a log of its own keeps them, it is also where verdicts are recorded."""

from __future__ import annotations

import datetime

from sqlalchemy.engine import Connection

from ...store import trail
from ...store.trail import Entry
from ...store.verdicts import VerdictRow
from .service import Principal, Service


class TrailRegistry:
    """The registry that is the tenant's trail: it proves an order to whoever kept an earlier hash, and nothing else."""

    def record(self, connection: Connection, verdict: VerdictRow, actor: str, at: datetime.datetime) -> None:
        """Record a verdict that was just issued."""
        detail = {
            "artifact": verdict.artifact,
            "outcome": verdict.outcome,
            "level": verdict.level,
            "policy": verdict.policy,
            "verification": verdict.verification,
            "signed": verdict.bundle is not None,
            "supersedes": verdict.supersedes,
        }
        trail.append(
            connection, verdict.tenant, actor=actor, act="verdict.issued", about=verdict.id, detail=detail, at=at
        )


def read_trail(service: Service, principal: Principal, after: int | None, size: int) -> tuple[Entry, ...]:
    """At most `size` entries of the tenant's trail, those after the number `after`."""
    with service.database.reading() as connection:
        return trail.page_of(connection, principal.tenant, after, size)
