"""What administration stands on: the database and the clock. The service has both; the command line, only these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from ...effects.clock import Clock
from ...store.schema import OPERATOR as OPERATOR_TENANT
from .roles import ROLES, SCOPES
from .service import Principal

if TYPE_CHECKING:
    from ...store.database import Database


TENANT_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
"""What tenants can be called."""


class Ground(Protocol):
    """Anything that has a database and a clock."""

    @property
    def database(self) -> Database:
        """What is kept."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...


class Standing(Struct, frozen=True):
    """A database and a clock, and nothing else."""

    database: Database
    clock: Clock


AT_THE_MACHINE = Principal(OPERATOR_TENANT, "operator", ROLES, SCOPES)
"""Whoever runs ``countersign admin`` on the machine that holds the database: they can do all that it can."""
