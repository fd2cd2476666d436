"""Verdicts as those read them who list what passed: which artifacts have new ones, and which of them stand.

An operator's policy is public, and so are the verdicts that passed under it, whoever asked.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection

from .rows import every
from .schema import OPERATOR, verdicts
from .verdicts import VerdictRow, are_published


class Touched(Struct, frozen=True):
    """A verdict under an operator's policy, of whatever outcome: it may add its artifact to a list, or end that."""

    serial: int
    id: str
    artifact: str
    created: datetime.datetime


def touched(connection: Connection, after: int, size: int, policy: str | None = None) -> tuple[Touched, ...]:
    """Verdicts whose serial is greater than `after`, oldest first, `size` at most; under one policy where it is named.

    What supersedes a verdict is of the same artifact, so none comes to stand or falls without one of these.
    """
    clauses: list[ColumnElement[bool]] = [verdicts.c.policy_tenant == OPERATOR, verdicts.c.serial > after]
    if policy is not None:
        clauses.append(verdicts.c.policy == policy)
    columns = (verdicts.c[name] for name in Touched.__struct_fields__)
    return every(connection, Touched, select(*columns).where(*clauses).order_by(verdicts.c.serial).limit(size))


def standing(connection: Connection, artifacts: Sequence[str]) -> tuple[VerdictRow, ...]:
    """The published verdicts about these artifacts that nothing superseded, oldest first."""
    query = select(verdicts).where(verdicts.c.artifact.in_(artifacts), are_published())
    return every(connection, VerdictRow, query.order_by(verdicts.c.serial))


def id_at(connection: Connection, serial: int) -> str | None:
    """The id of the verdict with that serial: another than it was once, where a database was restored."""
    found: str | None = connection.execute(select(verdicts.c.id).where(verdicts.c.serial == serial)).scalar()
    return found
