"""A waiver: persons whom a policy's owner named let an installation go on for a while, for named reasons and artifacts.

    {"policy": {"sha256": "<hex>"}, "reasons": ["log.stale"],
     "from": "2026-03-02T11:00:00Z", "until": "2026-03-03T11:00:00Z", "why": "the mirror is being moved"}

The statement's subjects are the artifacts, by SHA-256. It is no evidence and changes no verdict, so no policy reads it;
`verifier.waivers` says when one holds. `policy` is the SHA-256 of the policy's canonical form.

Spec: countersign design, section 7 (Gate)
"""

from __future__ import annotations

import datetime
import re

from msgspec import Struct

from ..digests import Digest
from ..strict_json import Node

PREDICATE_TYPE = "https://countersign.example/types/waiver/v1"

MAX_REASONS = 100
LONGEST_WHY = 2000

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z", re.ASCII)


class WaiverPredicate(Struct, frozen=True):
    """A waiver as its predicate says it; `start` and `end` are aware, in UTC."""

    policy: Digest
    reasons: tuple[str, ...]
    start: datetime.datetime
    end: datetime.datetime
    why: str


def read(predicate: Node) -> WaiverPredicate:
    """Read the predicate; a member that the format does not have is refused.

    Raises:
        FormatFault: ``json.*``, ``digest.value``.
    """
    predicate.only("policy", "reasons", "from", "until", "why")
    policy = predicate.field("policy")
    policy.only("sha256")
    return WaiverPredicate(
        policy=_sha256(policy.field("sha256")),
        reasons=_reasons(predicate.field("reasons")),
        start=_time(predicate.field("from")),
        end=_time(predicate.field("until")),
        why=_why(predicate.field("why")),
    )


def _sha256(node: Node) -> Digest:
    if len(node.hex("digest.value")) != 32:
        raise node.fault("digest.value", "not a SHA-256", expected="64 lower-case hex digits")
    return Digest("sha256", node.text())


def _reasons(node: Node) -> tuple[str, ...]:
    reasons = tuple(item.text() for item in node.items())
    if not 1 <= len(set(reasons)) == len(reasons) <= MAX_REASONS:
        raise node.fault("json.value", "a waiver names its reasons, each once", expected=f"1 to {MAX_REASONS} of them")
    return reasons


def _time(node: Node) -> datetime.datetime:
    try:
        if _TIME.match(node.text()):
            return datetime.datetime.fromisoformat(node.text())
    except ValueError:
        pass
    raise node.fault("json.value", "not a moment in UTC", expected="2026-04-01T00:00:00Z")


def _why(node: Node) -> str:
    if not 1 <= len(node.text().strip()) <= LONGEST_WHY:
        raise node.fault("json.value", "a waiver says why", expected=f"1 to {LONGEST_WHY} characters")
    return node.text()
