"""When a waiver holds: two persons whom the policy's owner named have signed it, each in an envelope, over one payload.

It excuses named reasons of INCOMPLETE and ERROR, for named artifacts, under one policy, for 72 hours at most. It
changes what a gate does, and never an outcome; what was refuted cannot be waived.

Spec: countersign design, section 7 (Gate)
"""

from __future__ import annotations

import datetime
import hashlib

from msgspec import Struct
from msgspec.structs import replace

from attestations.bundles import Envelope
from attestations.digests import Digest
from attestations.dsse import pae, parse_envelope
from attestations.faults import FormatFault
from attestations.limits import Limits
from attestations.predicates import waiver
from attestations.statements import Statement, parse_statement
from attestations.strict_json import Node, loads, shown

from .faults import SignatureFault, WaiverFault
from .keys import PublicKey
from .outcome import Outcome
from .reasons import REASONS
from .signatures import verify

PAYLOAD_TYPE = "application/vnd.in-toto+json"
SIGNERS = 2
LONGEST = datetime.timedelta(hours=72)
SKEW = datetime.timedelta(seconds=60)
"""How far a signer's clock may be ahead of ours."""


UNWAIVABLE = frozenset(("gate.no_policy",))
"""What no policy speaks of is excused under none: the same bytes may be refuted wherever a policy does."""


class Approver(Struct, frozen=True):
    """Somebody who may sign waivers of a policy."""

    name: str
    key: PublicKey


class Waiver(Struct, frozen=True):
    """A waiver that holds until `end`: which artifacts, under which policy, for what, and who answers for it."""

    payload: Digest
    artifacts: tuple[Digest, ...]
    policy: Digest
    reasons: tuple[str, ...]
    start: datetime.datetime
    end: datetime.datetime
    why: str
    signers: tuple[str, ...]


def authenticate_waiver(
    envelopes: tuple[bytes, ...], approvers: tuple[Approver, ...], *, now: datetime.datetime, limits: Limits
) -> Waiver:
    """The waiver in these envelopes, where two of `approvers` signed it and it holds at `now`.

    Raises:
        WaiverFault: ``waiver.signers``, ``waiver.signer_unknown``, ``waiver.payloads``, ``waiver.type``,
            ``waiver.reason``, ``waiver.too_long``, ``waiver.not_yet``, ``waiver.lapsed``.
        FormatFault: what a malformed envelope or statement has.
    """
    parsed = tuple(read_envelope(content, f"envelopes/{number}", limits) for number, content in enumerate(envelopes))
    if len({envelope.payload for envelope in parsed}) > 1:
        raise WaiverFault("waiver.payloads", "the envelopes hold different waivers", expected="one payload in all")
    signers = {approver.name: approver for approver in (_signer(envelope, approvers) for envelope in parsed)}
    if len(signers) < SIGNERS or len({approver.key.fingerprint for approver in signers.values()}) < SIGNERS:
        raise WaiverFault(
            "waiver.signers",
            "too few of those who may sign waivers of this policy have signed",
            expected=f"{SIGNERS} persons, each with a key of their own",
            actual=", ".join(sorted(signers)) or "nobody",
        )
    waiver = read_waiver(parsed[0].payload, limits)
    check_time(waiver, now)
    return replace(waiver, signers=tuple(sorted(signers)))


def read_waiver(payload: bytes, limits: Limits) -> Waiver:
    """The waiver that a payload is, which nobody has signed so far: `signers` is empty.

    Raises:
        WaiverFault: ``waiver.type``, ``waiver.reason``, ``waiver.too_long``.
        FormatFault: what a malformed statement has.
    """
    statement = parse_statement(payload, source="waiver", limits=limits)
    predicate = _predicate(statement)
    _check_reasons(predicate.reasons)
    start, end = predicate.start, predicate.end
    if not datetime.timedelta(0) < end - start <= LONGEST:
        raise WaiverFault("waiver.too_long", "a waiver is for hours", expected="at most 72 h", actual=str(end - start))
    return Waiver(
        payload=Digest("sha256", hashlib.sha256(payload).hexdigest()),
        artifacts=_artifacts(statement),
        policy=predicate.policy,
        reasons=predicate.reasons,
        start=start,
        end=end,
        why=predicate.why,
        signers=(),
    )


def check_time(waiver: Waiver, now: datetime.datetime) -> None:
    """That a waiver has begun and has not ended. Raises: WaiverFault ``waiver.not_yet``, ``waiver.lapsed``."""
    if waiver.end <= now:
        raise WaiverFault("waiver.lapsed", "the waiver has lapsed", actual=waiver.end.isoformat())
    if waiver.start > now + SKEW:
        raise WaiverFault("waiver.not_yet", "the waiver begins in the future", actual=waiver.start.isoformat())


def read_envelope(content: bytes, source: str, limits: Limits) -> Envelope:
    """An envelope with one signature over a statement, whoever made it.

    Raises:
        WaiverFault: ``waiver.signers``, ``waiver.type``.
        FormatFault: of what is malformed; LimitFault: ``limit.bundle``.
    """
    limits.check("bundle", len(content))
    envelope = parse_envelope(Node(loads(content, source=source, limits=limits), source), limits)
    if len(envelope.signatures) != 1:
        raise WaiverFault("waiver.signers", "one person signs in one envelope", expected="one signature in each")
    if envelope.payload_type != PAYLOAD_TYPE:
        raise WaiverFault("waiver.type", "no statement", expected=PAYLOAD_TYPE, actual=shown(envelope.payload_type))
    return envelope


def _signer(envelope: Envelope, approvers: tuple[Approver, ...]) -> Approver:
    message = pae(envelope.payload_type, envelope.payload)
    for approver in approvers:
        try:
            verify(approver.key, envelope.signatures[0].value, message, scheme=None)
        except SignatureFault:
            continue
        return approver
    raise WaiverFault(
        "waiver.signer_unknown",
        "an envelope is signed by nobody who may sign waivers of this policy",
        expected=", ".join(approver.name for approver in approvers) or "somebody: nobody is named",
    )


def _predicate(statement: Statement) -> waiver.WaiverPredicate:
    if statement.predicate_type != waiver.PREDICATE_TYPE or statement.predicate is None:
        raise WaiverFault(
            "waiver.type",
            "the statement is no waiver",
            expected=waiver.PREDICATE_TYPE,
            actual=shown(statement.predicate_type),
        )
    return waiver.read(Node(statement.predicate, "waiver", "/predicate"))


def _artifacts(statement: Statement) -> tuple[Digest, ...]:
    artifacts = []
    for subject in statement.subjects:
        sha256 = subject.digests.get("sha256")
        if sha256 is None:
            raise FormatFault("statement.no_digest", "a waiver names artifacts by their SHA-256")
        artifacts.append(sha256)
    return tuple(dict.fromkeys(artifacts))


def _check_reasons(reasons: tuple[str, ...]) -> None:
    for code in reasons:
        row = REASONS.get(code)
        if row is None or row.outcome not in (Outcome.INCOMPLETE, Outcome.ERROR) or code in UNWAIVABLE:
            raise WaiverFault(
                "waiver.reason",
                "this reason cannot be waived",
                expected="a reason of INCOMPLETE or ERROR",
                actual=shown(code),
            )
