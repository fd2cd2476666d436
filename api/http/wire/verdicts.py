"""Verdicts and the trail over the wire."""

from __future__ import annotations

from ...store.schema import OPERATOR
from ...store.trail import Entry
from ...store.verdicts import VerdictRow
from ...usecases.service.reports import reasons_in
from .common import Sha256, Time, View, example, shown_time

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_VERDICT = {
    "id": "verdict-0123456789abcdef0123456789abcdef",
    "verification": "verification-0123456789abcdef0123456789abcdef",
    "artifact": _DIGEST,
    "policy": _DIGEST,
    "published": True,
    "outcome": "FAILED",
    "level": "VI_LEVEL_0",
    "reasons": ["signature.invalid"],
    "signed": True,
    "own": True,
    "created": "2026-03-02T11:04:02.118Z",
}

_ENTRY = {
    "number": 0,
    "entry": '{"about":"…","act":"verdict.issued","actor":"service","at":"2026-03-02T11:04:02.000000Z","detail":{}}',
    "hash": _DIGEST,
}


class VerdictView(View):
    """A verdict. `reasons` are those of what keeps it from passing; everything else stands in its report.

    `own` is whether it answers a request of the asker's tenant; of others', no more is shown than that it passed.
    """

    model_config = example(**_VERDICT)

    id: str
    verification: str | None = None
    artifact: Sha256
    product: str | None = None
    policy: Sha256
    published: bool
    outcome: str
    level: str
    reasons: list[str]
    signed: bool
    own: bool
    supersedes: str | None = None
    superseded_by: str | None = None
    created: Time


class VerdictPage(View):
    """Verdicts, newest first; `next` is the cursor of the page after."""

    model_config = example(items=[_VERDICT], next="41")

    items: list[VerdictView]
    next: str | None = None


class EntryView(View):
    """An entry of the trail: its canonical JSON, and the SHA-256 over the hash before it, a line feed, and that."""

    model_config = example(**_ENTRY)

    number: int
    entry: str
    hash: Sha256


class TrailPage(View):
    """Entries in order; `next` is the number to ask for more after."""

    model_config = example(items=[_ENTRY], next=0)

    items: list[EntryView]
    next: int | None = None


def verdict_view(row: VerdictRow, successor: str | None = None, *, own: bool = True) -> VerdictView:
    """A verdict as it is shown: to its own tenant whole, to others without who asked, when, and as what."""
    return VerdictView(
        id=row.id,
        verification=row.verification if own else None,
        artifact=row.artifact,
        product=row.product,
        policy=row.policy,
        published=row.policy_tenant == OPERATOR,
        outcome=row.outcome,
        level=row.level,
        reasons=list(reasons_in(row.report)) if own else [],
        signed=row.bundle is not None,
        own=own,
        supersedes=row.supersedes if own else None,
        superseded_by=successor,
        created=shown_time(row.created),
    )


def entry_view(entry: Entry) -> EntryView:
    """An entry of the trail as it is shown."""
    return EntryView(number=entry.number, entry=entry.entry, hash=entry.hash)
