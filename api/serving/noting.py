"""What else is done with a verdict as it is issued: it is counted, and logged."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import structlog

from ..http.meters import Meters
from ..usecases.service.service import Registry

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from ..store.verdicts import VerdictRow

DISAGREE = b'"engines.disagree"'
"""How a report says that engines disagree: a reason of its table, in canonical JSON."""


class Noted:
    """A registry; and what it records is counted and logged. A disagreement of engines is an alarm."""

    def __init__(self, registry: Registry, meters: Meters) -> None:
        self._registry = registry
        self._meters = meters
        self._log = structlog.stdlib.get_logger("countersign.verdicts")

    def record(self, connection: Connection, verdict: VerdictRow, actor: str, at: datetime.datetime) -> None:
        """Record a verdict that was just issued."""
        self._registry.record(connection, verdict, actor, at)
        disagree = DISAGREE in verdict.report
        self._meters.issued(verdict.outcome, engines_disagree=disagree)
        log = self._log.bind(verdict=verdict.id, verification=verdict.verification, tenant=verdict.tenant)
        if disagree:
            log.error("engines disagree", outcome=verdict.outcome)
        else:
            log.info("verdict", outcome=verdict.outcome)
