"""A service put together out of its setup, and taken apart again: what was opened last is closed first.

    office      database, blobs, the signer's folder        what `countersign admin` works on; nothing runs
    service     and judges, engines, the signer's process, the queue                what `serve` and `worker` run

Decisions of what the pieces do are theirs; here stands only which piece gets which.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from attestations.faults import Place

from ..effects.clock import Clock, SystemClock
from ..effects.egress import HTTPS, PublicEgress
from ..effects.paths import shown
from ..engines.kept import KeptEngines
from ..http.meters import Meters
from ..jobs.local import LocalQueue
from ..jobs.outreach import OUTREACH
from ..jobs.workers import ProcrastinateQueue
from ..judges.judges import Judges
from ..signer import VerdictSigner
from ..signer.process import SignerProcess
from ..signer.published import Published
from ..signer.setup import PUBLISHED, read_settings
from ..store.blobs import Blobs, open_blobs
from ..store.database import Database, open_database
from ..usecases.service.retention import sweep_begun
from ..usecases.service.service import Service, Settings
from ..usecases.service.throttle import Allowance, TenantThrottle
from ..usecases.service.trail import TrailRegistry
from ..version import VERSION
from .admitting import issuing_at
from .beginning import begin_operator, begin_signer, prepare, publish_public_root
from .faults import ServingFault
from .noting import Noted
from .settings import Setup


class Office(Struct, frozen=True):
    """What administration works on: nothing runs. `published` is the folder of what the signer may sign."""

    setup: Setup
    database: Database
    blobs: Blobs
    clock: Clock
    published: Published

    @property
    def base(self) -> str:
        """What the service's own URIs begin with. Raises: SignerFault ``signer.damaged``."""
        return read_settings(self.setup.directory.signer).base


@contextlib.contextmanager
def stored(setup: Setup) -> Iterator[tuple[Database, Blobs]]:
    """The database and the blobs, open; nothing is made or checked.

    Raises:
        StoreFault: ``store.url``.
    """
    with contextlib.closing(open_database(setup.database_url)) as database:
        yield database, open_blobs(setup.blobs_url)


def check_begun(setup: Setup) -> None:
    """Refuse a data directory in which no service was begun: a mistyped one is not to become another service.

    Raises:
        ServingFault: ``service.data_missing``.
    """
    if setup.database is None and not setup.directory.database.exists():
        place = Place(shown(str(setup.data)))
        raise ServingFault("service.data_missing", "no service was begun in this data directory", place=place)


@contextlib.contextmanager
def opened_office(setup: Setup) -> Iterator[Office]:
    """What there is in a data directory that was begun, or in a database that several machines share.

    Raises:
        ServingFault: ``service.data_missing``, ``service.data_open``.
        StoreFault: ``store.schema_old``, ``store.schema_unknown``, ``store.unavailable``.
    """
    check_begun(setup)
    directory = setup.directory
    directory.make()
    with stored(setup) as (database, blobs):
        database.check_schema()
        yield Office(setup, database, blobs, SystemClock(), Published(directory.signer / PUBLISHED))


class Composed(Struct, frozen=True):
    """A service that runs, its figures, and the path of the operator's first token where this start made it."""

    service: Service
    meters: Meters
    token: Path | None


@contextlib.contextmanager
def running(setup: Setup) -> Iterator[Composed]:
    """The service of one process: begun where it was not, its processes and its queue running until the block is left.

    Raises:
        ServingFault: ``service.*``.
        StoreFault: ``store.*``.
        SignerAway: ``signer.unavailable``.
    """
    directory = setup.directory
    directory.make()
    with contextlib.ExitStack() as opened:
        opened.enter_context(directory.locked())
        database, blobs = opened.enter_context(stored(setup))
        prepare(database)
        office = Office(setup, database, blobs, SystemClock(), Published(directory.signer / PUBLISHED))
        sweep_begun(blobs, office.clock.now())
        begin_signer(directory, setup.base)
        token = begin_operator(office, directory)
        publish_public_root(office, blobs, office.published)
        signer = SignerProcess(directory.signer)
        signer.start()
        opened.callback(signer.stop)
        meters = Meters()
        service = opened.enter_context(judging(office, signer, meters))
        yield Composed(service, meters, token)


@contextlib.contextmanager
def judging(office: Office, signer: VerdictSigner, meters: Meters) -> Iterator[Service]:
    """The service with its judges, engines and queue at work. Ended in turn: nothing is taken up any more, what is
    being judged is finished, the processes end."""
    setup = office.setup
    queue = _queue(office)
    with contextlib.ExitStack() as opened:
        judges = opened.enter_context(contextlib.closing(Judges(max(1, setup.judges))))
        engines = opened.enter_context(contextlib.closing(KeptEngines(max(1, setup.judges))))
        service = Service(
            database=office.database,
            blobs=office.blobs,
            clock=office.clock,
            queue=queue,
            judges=judges,
            engines=engines if setup.second_opinion else None,
            signer=signer,
            registry=Noted(TrailRegistry(), meters),
            settings=Settings(version=VERSION, second_opinion=setup.second_opinion),
            egress=PublicEgress(ports=frozenset({HTTPS, *setup.webhook_ports})),
            throttle=TenantThrottle(Allowance()),
            issuing=issuing_at(setup.issuers),
        )
        queue.start(service)
        opened.callback(queue.stop)
        yield service


def _queue(office: Office) -> LocalQueue | ProcrastinateQueue:
    """Threads of this process where it serves alone; where many do, the queue that they share."""
    if office.setup.embedded:
        return LocalQueue(office.setup.judges, OUTREACH)
    return ProcrastinateQueue(office.database, office.setup.judges, OUTREACH)
