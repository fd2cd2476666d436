"""Schema 0001: all that there was at first. A revision has tables of its own: those of `..schema` go on from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import first_declaring, first_judging
from .first_ground import TABLES

if TYPE_CHECKING:
    from alembic.operations import Operations

PARTS = (first_judging, first_declaring)
"""Where its tables stand."""


def upgrade(operations: Operations) -> None:
    """Make every table, in a database that has none."""
    TABLES.create_all(operations.get_bind())
