"""Schema 0001: all that there was at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(operations: Operations) -> None:
    """Make every table, in a database that has none."""
    from ..schema import METADATA

    METADATA.create_all(operations.get_bind())
