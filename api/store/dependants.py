"""What is to be verified again once something it rests on has changed: verdicts that nothing superseded, in batches.

A verdict is a dependant while three things hold: it rests on what changed, nothing supersedes it and nothing that is
under way will, and it did not itself come of the same cause. Each step of the work makes the set smaller; when it is
empty, and nothing under way rests on what changed, the work is done. Nobody keeps a list that a crash could lose.
"""

from __future__ import annotations

import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.engine import Connection

from .rows import every
from .schema import citations, verdicts, verifications


class Cause(Struct, frozen=True, kw_only=True):
    """What changed, and for whom: `tenant` None is everybody. `name` is what `why` of its verifications says.

    One of: `policy` (owner and digest) was replaced; `file`, a trust root's, key file's or evidence's SHA-256, is out;
    `added` is evidence about `artifacts` that verdicts do not rest on. With `before`, it is of concern to nothing that
    was asked later.
    """

    name: str
    tenant: str | None
    policy: tuple[str, str] | None = None
    file: tuple[str, str] | None = None  # (trust | evidence, SHA-256)
    added: str | None = None
    artifacts: tuple[str, ...] = ()
    before: datetime.datetime | None = None


class Dependant(Struct, frozen=True):
    """A verdict to be verified again, and the verification that it came of. `serial` is the verdict's."""

    serial: int
    tenant: str
    verdict: str
    verification: str


def dependants(connection: Connection, cause: Cause, after: int, limit: int) -> tuple[Dependant, ...]:
    """At most `limit` of the cause's dependants with serials above `after`, oldest first."""
    later, following = verdicts.alias("later"), verifications.alias("following")
    query: Select[Any] = select(
        verdicts.c.serial, verdicts.c.tenant, verdicts.c.id.label("verdict"), verifications.c.id.label("verification")
    ).join(verifications, verifications.c.id == verdicts.c.verification)
    query = _resting(query, verifications, cause).where(
        verdicts.c.serial > after,
        verifications.c.why != cause.name,
        ~select(later.c.id).where(later.c.supersedes == verdicts.c.id).exists(),
        ~select(following.c.id).where(following.c.previous == verdicts.c.id).exists(),
    )
    return every(connection, Dependant, query.order_by(verdicts.c.serial).limit(limit))


def under_way(connection: Connection, cause: Cause) -> int:
    """How many verifications rest on what changed and have no verdict yet."""
    query = select(func.count()).select_from(verifications).where(verifications.c.state == "accepted")
    counted: int = connection.execute(
        _resting(query, verifications, cause).where(verifications.c.why != cause.name)
    ).scalar_one()
    return counted


def _resting(query: Select[Any], table: Table, cause: Cause) -> Select[Any]:
    if cause.tenant is not None:
        query = query.where(table.c.tenant == cause.tenant)
    if cause.before is not None:
        query = query.where(table.c.created <= cause.before)
    if cause.policy is not None:
        return query.where(table.c.policy_tenant == cause.policy[0], table.c.policy == cause.policy[1])
    if cause.file is not None:
        kinds = ("trust", "keys") if cause.file[0] == "trust" else ("evidence",)
        return query.where(table.c.id.in_(_citing(kinds, cause.file[1])))
    if cause.added is None:
        raise ValueError("a cause says what changed")
    return query.where(
        table.c.artifact.in_(cause.artifacts),
        _not(table.c.id.in_(_citing(("evidence",), cause.added))),
    )


def _citing(kinds: tuple[str, ...], sha256: str) -> Select[Any]:
    return select(citations.c.verification).where(citations.c.sha256 == sha256, citations.c.kind.in_(kinds))


def _not(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~clause
