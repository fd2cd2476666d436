"""How a database comes to this version's schema, and whether it has it: one file a revision, in `REVISIONS`.

A version of the program works on exactly one schema. An older one is brought up by `countersign admin upgrade`; one of
a newer program is left alone: what it holds may mean what this program does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..faults import StoreFault
from . import first

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from ..database import Database

COMMAND = "countersign admin upgrade"

REVISIONS = (("0001", first.upgrade),)
"""Every schema there was, oldest first, with what makes it of the one before; the last is this version's."""

NAMES = tuple(name for name, _ in REVISIONS)
PRESENT = NAMES[-1]

_LOCK = 0x436F756E74657273
"""The advisory lock of PostgreSQL under which one process upgrades: "Counters", as a number."""


def check(database: Database) -> None:
    """Refuse a database that is not of exactly this version's schema.

    Raises:
        StoreFault: ``store.schema_old``, ``store.schema_unknown``, ``store.unavailable``.
    """
    with database.reading() as connection:
        revision = _known(connection)
    if revision != PRESENT:
        raise StoreFault(
            "store.schema_old",
            f"the database is of schema {revision or 'none'}: run {COMMAND}",
            expected=PRESENT,
            actual=revision or "none",
        )


def upgrade(database: Database) -> None:
    """Bring the database to this version's schema, in one transaction; nothing where it has it.

    Raises:
        StoreFault: ``store.schema_unknown``, ``store.unavailable``.
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy import text

    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        revision = _known(connection)
        missing = REVISIONS if revision is None else REVISIONS[NAMES.index(revision) + 1 :]
        operations = Operations(MigrationContext.configure(connection))
        for name, change in missing:
            change(operations)
            connection.execute(text("DELETE FROM schema_revision"))
            connection.execute(text("INSERT INTO schema_revision (revision) VALUES (:name)"), {"name": name})


def _known(connection: Connection) -> str | None:
    """The revision that the database is of, None where nothing was made in it yet."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("schema_revision"):
        return None
    revision: str | None = connection.execute(text("SELECT revision FROM schema_revision")).scalar()
    if revision is not None and revision not in NAMES:
        raise StoreFault(
            "store.schema_unknown",
            f"the database is of schema {revision}, which another version of Countersign made:"
            f" install that version, or restore a backup and run {COMMAND}",
            expected=", ".join(NAMES),
            actual=revision,
        )
    return revision
