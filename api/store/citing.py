"""Whether bytes are wanted: as evidence, as trust, or as what a verification rests on, by any tenant."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from .schema import citations, evidence, trust_files


def is_rested_on(connection: Connection, sha256: str) -> bool:
    """Whether the bytes of that digest are more than an artifact."""
    tables = (citations, evidence, trust_files)
    return any(
        connection.execute(select(table.c.sha256).where(table.c.sha256 == sha256).limit(1)).first() is not None
        for table in tables
    )
