"""Write verdicts: in one transaction, each with the end of its verification, its event and its place in the record.

That there is one verdict and no more is the store's unique constraint. Whoever comes second finds it there and leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from ...effects.chance import draw_id
from ...judges.judgements import Judgement
from ...store import events, judged_releases, verdicts, verifications
from ...store.events import Event
from ...store.faults import StoreFault
from ...store.verdicts import VerdictRow
from ...store.verifications import Verification

if TYPE_CHECKING:
    from verifier.updates.releases import Release

    from .service import Service

ACTOR = "service"
"""Who issues verdicts, in the trail."""


class Issued(Struct, frozen=True):
    """What is written: the judgement, the releases that it rests on; the signed bundle, or why an operator's policy got
    none."""

    judgement: Judgement
    releases: tuple[Release, ...] = ()
    bundle: bytes | None = None
    unsigned: str | None = None


def complete(service: Service, finished: Sequence[tuple[Verification, Issued]]) -> int:
    """Write these verdicts, in one transaction, and wake who waits; how many are new, and no other's already.

    By tenant, as everybody appends to several trails: two that did so in orders of their own would wait for each other.

    Raises:
        StoreFault: ``store.unavailable``, ``store.full``: nothing is written.
    """
    with service.database.writing() as connection:
        ordered = sorted(finished, key=lambda each: each[0].tenant)
        written = [_write(service, connection, verification, issued) for verification, issued in ordered]
    service.faults.at("complete.committed")
    service.queue.finished([verification.id for verification, _ in finished])
    service.faults.at("complete.told")
    return sum(written)


def _write(service: Service, connection: Connection, verification: Verification, issued: Issued) -> bool:
    """Write one of them; False, and nothing is written, where another did."""
    try:
        verdict = _verdict(service, connection, verification, issued)
    except StoreFault as fault:
        if fault.reason != "verdict.exists":
            raise
        return False
    service.faults.at("complete.verdict")
    judged_releases.insert(connection, verdict.id, issued.releases)
    verifications.finish(connection, verification.id)
    for event in _events(verdict):
        events.insert(connection, event)
    service.faults.at("complete.event")
    service.registry.record(connection, verdict, ACTOR, verdict.created)
    service.faults.at("complete.trail")
    return True


def _verdict(service: Service, connection: Connection, verification: Verification, issued: Issued) -> VerdictRow:
    """The verdict's row, written. It supersedes the latest of those that the one it was asked to replace led to."""
    while True:
        row = VerdictRow(
            id=draw_id("verdict"),
            verification=verification.id,
            tenant=verification.tenant,
            artifact=verification.artifact,
            policy=verification.policy,
            policy_tenant=verification.policy_tenant,
            outcome=issued.judgement.outcome,
            level=issued.judgement.level,
            report=issued.judgement.report,
            created=service.clock.now(),
            product=issued.judgement.product,
            opinions=issued.judgement.opinions,
            bundle=issued.bundle,
            supersedes=_latest(connection, verification.tenant, verification.previous),
        )
        try:
            verdicts.insert(connection, row)
        except StoreFault as fault:
            if fault.reason != "verdict.superseded":
                raise
        else:
            return row


def _latest(connection: Connection, tenant: str, verdict: str | None) -> str | None:
    while verdict is not None and (later := verdicts.successor_of(connection, tenant, verdict)) is not None:
        verdict = later.id
    return verdict


def _events(verdict: VerdictRow) -> tuple[Event, ...]:
    """That it was issued; and, where it supersedes another, that one's end."""
    document: dict[str, Any] = {
        "verdict": verdict.id,
        "verification": verdict.verification,
        "artifact": verdict.artifact,
        "product": verdict.product,
        "policy": verdict.policy,
        "outcome": verdict.outcome,
        "level": verdict.level,
        "signed": verdict.bundle is not None,
    }
    kinds = {"verdict.issued": document}
    if verdict.supersedes is not None:
        kinds["verdict.superseded"] = document | {"supersedes": verdict.supersedes}
    return tuple(
        Event(id=draw_id("event"), tenant=verdict.tenant, kind=kind, document=given, created=verdict.created)
        for kind, given in kinds.items()
    )
