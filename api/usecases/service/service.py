"""The service as its use cases see it: what it is made of, who asks it, and what it was told to keep to.

Service     the world: database, blobs, clock, queue, judges, engines, signer, registry, settings
Principal   who asks: a tenant, through a token, a CI job or a person, with roles and scopes
Settings    figures and names that an operator may set; `api.serving.settings` reads them
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from sqlalchemy.engine import Connection

from attestations.limits import DEFAULT_LIMITS, MIB, Limits

from ...effects.clock import Clock
from .boundaries import NO_FAULTS, Faults
from .queue import Queue

if TYPE_CHECKING:
    from ...effects.egress import Egress
    from ...judges.judges import EnginesOfTenant, Judging
    from ...signer import VerdictSigner
    from ...store.blobs import Blobs
    from ...store.database import Database
    from ...store.verdicts import VerdictRow
    from .issuers import Issuing


class Principal(Struct, frozen=True):
    """Who asks: `roles` and `scopes` are words of `.roles`.

    `actor` is for the trail: ``token:<id>``, ``ci:<identity>``, ``person:<identity>``, ``operator``.
    """

    tenant: str
    actor: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    limits: dict[str, int] = {}  # of the tenant's own, by their names in `.throttle`
    token: str = ""  # the id of the token that it asks with; "": without one, at the machine itself
    expires: datetime.datetime | None = None  # the token's


class Settings(Struct, frozen=True):
    """What an operator may set of that use cases read. Sizes in bytes, times in seconds."""

    version: str
    limits: Limits = DEFAULT_LIMITS
    largest_artifact: int = 8 * 1024 * MIB
    largest_body: int = 32 * MIB  # of JSON
    longest_wait: int = 60
    largest_batch: int = 100
    largest_page: int = 200
    second_opinion: bool = True


class Registry(Protocol):
    """Where verdicts are recorded for good, in the transaction that issues them."""

    def record(self, connection: Connection, verdict: VerdictRow, actor: str, at: datetime.datetime) -> None:
        """Record a verdict that was just issued."""
        ...


class Throttle(Protocol):
    """How much a tenant may ask for. Each raises a `Fault` ``throttle.*`` where it is more."""

    def request(self, principal: Principal) -> None:
        """One more request."""
        ...

    def received(self, principal: Principal, size: int) -> None:
        """`size` more bytes of a body."""
        ...

    def accept(self, principal: Principal, pending: int) -> None:
        """One more verification, where `pending` of the tenant's are not done."""
        ...

    def stranger(self, address: str) -> None:
        """One more request by somebody without a token, from `address`."""
        ...


class Service(Struct, frozen=True):
    """All that use cases reach. `engines` None asks no second opinion; `signer` None signs nothing; `issuing` None
    knows nobody but by tokens of its own; `egress` None tells nobody."""

    database: Database
    blobs: Blobs
    clock: Clock
    queue: Queue
    judges: Judging
    engines: EnginesOfTenant | None
    signer: VerdictSigner | None
    registry: Registry
    settings: Settings
    throttle: Throttle | None = None
    issuing: Issuing | None = None
    faults: Faults = NO_FAULTS
    egress: Egress | None = None
