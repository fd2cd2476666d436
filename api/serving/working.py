"""A worker: judges, engines, a signer and its end of the queue, without HTTP. Any number of them, on any machine.

In the data directory of a service that runs on this machine it asks that service's signer. In one of its own it runs a
signer of its own, under the same base, and signs what is published into that directory.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

import structlog

from attestations.faults import Place

from ..effects.clock import SystemClock
from ..effects.paths import meaning
from ..http.meters import Meters
from ..signer import SignerClient, VerdictSigner
from ..signer.process import SignerProcess
from ..signer.published import Published
from ..signer.setup import PUBLISHED, SOCKET
from ..usecases.service.service import Service
from .beginning import begin_signer
from .composing import Office, judging, stored
from .faults import ServingFault
from .logs import log_to
from .running import Ending
from .settings import Setup

LOG = structlog.stdlib.get_logger("countersign")


def work(setup: Setup, metrics_port: int | None = None) -> int:
    """Take up and judge until told to end; the exit code. What is being judged then is finished.

    At `metrics_port` it gives its figures, to this machine itself.

    Raises:
        ServingFault: ``service.*``.
        StoreFault: ``store.*``.
        SignerAway: ``signer.unavailable``.
    """
    os.umask(0o077)
    log_to()
    told = threading.Event()
    meters = Meters()
    with Ending() as ending, _asked_at(meters, metrics_port), working(setup, meters):
        ending.told_by(told.set)
        LOG.info("working", judges=setup.judges)
        told.wait()
    LOG.info("ended")
    return 0


@contextlib.contextmanager
def working(setup: Setup, meters: Meters) -> Iterator[Service]:
    """The service as a worker has it, at work until the block is left. Raises as `work`."""
    directory = setup.directory
    directory.make()
    with contextlib.ExitStack() as opened:
        database, blobs = opened.enter_context(stored(setup))
        database.check_schema()
        office = Office(setup, database, blobs, SystemClock(), Published(directory.signer / PUBLISHED))
        signer = opened.enter_context(_signer(setup))
        yield opened.enter_context(judging(office, signer, meters))


@contextlib.contextmanager
def _asked_at(meters: Meters, port: int | None) -> Iterator[None]:
    with contextlib.ExitStack() as opened:
        try:
            opened.enter_context(meters.answering(port))
        except OSError as error:
            detail = f"cannot give figures there: {meaning(error)}"
            raise ServingFault("service.address", detail, place=Place(f"127.0.0.1:{port}")) from None
        yield


@contextlib.contextmanager
def _signer(setup: Setup) -> Iterator[VerdictSigner]:
    directory = setup.directory
    with contextlib.ExitStack() as opened:
        try:
            opened.enter_context(directory.locked())
        except ServingFault:
            yield SignerClient(directory.signer / SOCKET)
            return
        begin_signer(directory, setup.base)
        signer = SignerProcess(directory.signer)
        signer.start()
        opened.callback(signer.stop)
        yield signer
