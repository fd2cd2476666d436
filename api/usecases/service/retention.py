"""How long bytes are kept: those of artifacts as long as the operator says, those that a verdict rests on for good.

What is asked of an artifact's bytes is measured while they arrive, so a verdict needs them no more; its digests, its
evidence and its record stay. Bytes that are evidence or trust as well, of any tenant, stay as such.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from ...store import artifacts, trail
from ...store.artifacts import Artifact
from ...store.citing import is_rested_on

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from ...store.blobs import Blobs
    from .ground import Ground

BATCH = 100
"""Artifacts that are let go of in one transaction; whoever else writes waits as long as one takes."""


BEGUN = datetime.timedelta(hours=1)
"""How long nothing was added to what is being received, once it is given up. A client is given up much sooner."""


class Swept(Struct, frozen=True):
    """What a sweep came to: artifacts whose bytes went, how many bytes, and artifacts whose bytes are wanted still."""

    artifacts: int
    size: int
    shared: int


def sweep(ground: Ground, blobs: Blobs, actor: str, age: datetime.timedelta) -> Swept:
    """Let go of the bytes of artifacts that came longer than `age` ago; the trail of each tenant tells of its own.

    A sweep that is cut off is taken up by the next: what was let go of is not looked at again.

    Raises:
        StoreFault: ``store.unavailable``.
    """
    now = ground.clock.now()
    total = Swept(0, 0, 0)
    while True:
        with ground.database.writing() as connection:
            batch = artifacts.stored_before(connection, now - age, BATCH)
            total = _sweep(connection, batch, blobs.delete, total)
            for tenant in sorted({artifact.tenant for artifact in batch}):
                mine = sorted(artifact.sha256 for artifact in batch if artifact.tenant == tenant)
                _tell(connection, tenant, actor, mine, now)
        if len(batch) < BATCH:
            return total


def sweep_begun(blobs: Blobs, now: datetime.datetime) -> int:
    """Remove what processes that were killed had begun to receive; how many. What still arrives is younger.

    Raises:
        StoreFault: ``store.unavailable``.
    """
    from ...store.local_blobs import LocalBlobs

    return blobs.sweep((now - BEGUN).timestamp()) if isinstance(blobs, LocalBlobs) else 0


def _sweep(connection: Connection, batch: tuple[Artifact, ...], delete: Callable[[str], object], total: Swept) -> Swept:
    gone, size, shared = total.artifacts, total.size, total.shared
    for artifact in batch:
        # Before the transaction ends: were it cut off between the two, nobody would come back for the bytes.
        if artifacts.forget(connection, artifact.tenant, artifact.sha256):
            if is_rested_on(connection, artifact.sha256):
                shared += 1
                continue
            delete(artifact.sha256)
            size += artifact.size or 0
        gone += 1
    return Swept(gone, size, shared)


def _tell(connection: Connection, tenant: str, actor: str, swept: list[str], at: datetime.datetime) -> None:
    trail.append(
        connection,
        tenant,
        actor=actor,
        act="artifacts.swept",
        about=swept[0],
        detail={"artifacts": swept},
        at=at,
    )
