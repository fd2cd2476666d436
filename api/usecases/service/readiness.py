"""Whether the service can do its work now, piece by piece; and how much of it waits.

A piece that is away says why by its reason. What was accepted waits meanwhile, and is taken up when it is back.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from attestations.faults import Fault

from ...store import verifications
from .service import Service


class Piece(Struct, frozen=True):
    """One piece of the service: `reason` and `detail` are None where it works."""

    name: str
    reason: str | None = None
    detail: str | None = None


class Waiting(Struct, frozen=True):
    """How many verifications have no verdict yet, and for how many seconds the oldest of them waits."""

    count: int
    seconds: float


def readiness(service: Service) -> tuple[Piece, ...]:
    """How each piece does."""
    pieces = [_tried("database", lambda: waiting(service)), _tried("blobs", service.blobs.check)]
    if service.signer is not None:
        pieces.append(_tried("signer", service.signer.status))
    return tuple(pieces)


def waiting(service: Service) -> Waiting:
    """What waits for a verdict.

    Raises:
        StoreFault: ``store.unavailable``.
    """
    with service.database.reading() as connection:
        count = verifications.pending(connection)
        since = verifications.waiting_since(connection)
    age = (service.clock.now() - since).total_seconds() if since is not None else 0.0
    return Waiting(count, max(0.0, age))


def _tried(name: str, attempt: Callable[[], object]) -> Piece:
    try:
        attempt()
    except Fault as fault:
        return Piece(name, fault.reason, fault.detail)
    return Piece(name)
