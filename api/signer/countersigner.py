"""What the signer signs, and what it does not: the rules, whoever asks and however.

    1. Read        the report, strictly; nothing else of a request is parsed, and evidence never comes here
    2. Published   policy and trust files are among those that the operator published to this signer
    3. Sound       the verdict follows from its checks and shows what the policy asks for       verifier.soundness
    4. In time     the judgement is recent, by this machine's clock, and the key may sign today
    5. Sign        report, summary, simple result, as the one verifier of that policy; no summary of what was refuted
    6. Journal     to the disk, before anything leaves

Whether the evidence says what the report claims, nobody can tell from here: see docs/threat-model.md.
"""

from __future__ import annotations

import datetime
import re

from msgspec import Struct

from attestations.faults import LimitFault
from attestations.limits import Limits
from verifier.faults import VerdictFault
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.policy.plain import format_time
from verifier.report_reading import read_verdict
from verifier.soundness import check_sound
from verifier.verdict import Verdict
from verifier.windows import Window

from ..effects.clock import Clock
from ..effects.faults import KeyFault
from ..effects.keys import Signer
from .envelopes import BUNDLE, Judged, SignedVerdict, sign_statements
from .faults import SignerAway, SignerFault
from .frames import LONGEST_REPORT
from .journal import Entry, Journal
from .published import Published
from .values import Signed, SignRequest, Status

MAX_AGE = datetime.timedelta(days=7)
"""How old a judgement may be: as long as a signer may be away and what waits for it still be signed."""

SKEW = datetime.timedelta(seconds=60)
"""How far ahead of this one the clock of whoever judged may be."""

_HEX = re.compile(r"[0-9a-f]{64}\Z")
_LIMITS = Limits(record=LONGEST_REPORT, depth=16)


class VerdictKey(Struct, frozen=True):
    """The key that signs, while it may, and whether anybody witnessed how it came about."""

    signer: Signer
    window: Window
    unattended: bool


class Countersigner:
    """The rules, with a key and a journal. Safe to share between threads."""

    def __init__(self, key: VerdictKey, published: Published, journal: Journal, clock: Clock) -> None:
        self._key = key
        self._published = published
        self._journal = journal
        self._clock = clock

    def sign(self, request: SignRequest) -> Signed:
        """The signed verdict of a report.

        Raises:
            SignerFault: ``signer.*``.
            VerdictFault: ``verdict.unsound``, ``verdict.unknown``.
            FormatFault: for a report that is none.
            SignerAway: ``signer.unavailable``, ``signer.time``, ``signer.key_expired``.
        """
        _check_form(request)
        try:
            verdict = read_verdict(request.report, source="report", limits=_LIMITS)
        except LimitFault as fault:
            raise SignerFault("signer.malformed", fault.detail, expected=fault.expected) from None
        published = self._published.policy(request.policy)
        for reference in verdict.trust:
            self._published.check_trust(reference)
        check_sound(verdict, published.policy, request.release)
        _check_cited(verdict, request)
        now = self._clock.now()
        self._check_time(verdict.now, now)
        judged = Judged(verdict, request.report, published.policy, request.release, request.evidence)
        try:
            signed = sign_statements(
                judged, self._key.signer, published.verifier, unattended=self._key.unattended, refutes=False
            )
        except KeyFault as fault:
            raise SignerAway(f"the key gives no signature: {fault.detail}") from None
        self._journal.append(self._entry(request, signed, published.verifier, now))
        return self._signed(signed, published.verifier)

    def status(self) -> Status:
        """How the signer stands."""
        policies, trust_files = self._published.counts()
        end = self._key.window.end
        return Status(
            key=str(self._key.signer.public_key.fingerprint),
            unattended=self._key.unattended,
            until=format_time(end) if end is not None else None,
            policies=policies,
            trust_files=trust_files,
            signed=self._journal.count,
        )

    def _check_time(self, judged: datetime.datetime, now: datetime.datetime) -> None:
        if judged > now + SKEW:
            raise SignerAway(
                f"judged at {format_time(judged)}, and here it is {format_time(now)}", reason="signer.time"
            )
        if judged < now - MAX_AGE:
            raise SignerFault(
                "signer.stale",
                "judged too long ago to be signed today",
                expected=f"at the earliest {format_time(now - MAX_AGE)}",
                actual=format_time(judged),
            )
        if now not in self._key.window:
            raise SignerAway(f"the key may sign {self._key.window}", reason="signer.key_expired")

    def _entry(self, request: SignRequest, signed: SignedVerdict, verifier: str, now: datetime.datetime) -> Entry:
        return Entry(
            at=format_time(now),
            key=str(self._key.signer.public_key.fingerprint),
            verifier=verifier,
            policy=request.policy,
            report=sha256(request.report).hex,
            record=request.record,
            statements={name: sha256(content).hex for name, content in sorted(signed.files.items())},
        )

    def _signed(self, signed: SignedVerdict, verifier: str) -> Signed:
        return Signed(
            bundle=signed.files[BUNDLE],
            files={name: content for name, content in signed.files.items() if name != BUNDLE},
            verifier=verifier,
            key=str(self._key.signer.public_key.fingerprint),
            unattended=self._key.unattended,
            lacking=tuple(fault.reason for fault in signed.lacking),
        )


def _check_form(request: SignRequest) -> None:
    """The digests are digests. What a policy's looks like, `Published` sees to."""
    hexes = (*request.evidence, request.record)
    if len(hexes) > Limits().evidence_files + 1 or not all(map(_HEX.match, hexes)):
        raise SignerFault("signer.malformed", "a digest that is none, or more of them than one request has")
    if len(request.report) > LONGEST_REPORT:
        raise SignerFault("signer.malformed", "a longer report than is signed", expected=f"at most {LONGEST_REPORT}")


def _check_cited(verdict: Verdict, request: SignRequest) -> None:
    """What passed rests on evidence that the summary will name, or on trust that was used."""
    known = {*request.evidence, *(reference.digest.hex for reference in verdict.trust)}
    for result in verdict.results:
        cited = result.cited
        if (
            result.outcome is Outcome.PASSED
            and not result.finding
            and cited is not None
            and cited.digest.hex not in known
        ):
            raise VerdictFault(
                "verdict.unsound",
                f"the check {result.check!r} rests on evidence that was not given",
                actual=cited.digest.hex,
            )
