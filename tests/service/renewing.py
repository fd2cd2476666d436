"""A process that spreads events, and kills itself where it is told to: ``python -m tests.service.renewing …``."""

from __future__ import annotations

import os
import signal
import sys

from api.store.blobs import open_blobs
from api.store.database import open_database
from api.usecases.service import supersede
from api.usecases.service.outreach import spread_events

from .judging import JudgeHere
from .making import StandingClock, service_of


class Killing:
    """Kills this process at the boundary of that name, the given time that it comes."""

    def __init__(self, boundary: str, time: int) -> None:
        self._boundary, self._left = boundary, time

    def at(self, boundary: str) -> None:
        self._left -= boundary == self._boundary
        if boundary == self._boundary and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(database: str, blobs: str, boundary: str, time: str) -> None:
    """Spread what waits, in batches of two."""
    supersede.BATCH = 2
    service = service_of(
        open_database(database), open_blobs(blobs), StandingClock(), JudgeHere(), faults=Killing(boundary, int(time))
    )
    spread_events(service)


if __name__ == "__main__":
    main(*sys.argv[1:])
