"""What waivers excuse of files that are held: every reason against every file of a set, or nothing at all.

    of a file    each reason on its verdict, by a waiver that names the reason, the file and the verdict's policy
    of the set   what speaks against all files together counts against each of them

A waiver changes what is done, and no outcome. What was refuted is not excused, nor is a file that nobody could measure,
nor a verdict that does not say why it did not pass.

Spec: countersign design, section 7 (Gate); decision 0125
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.limits import Limits

from .outcome import Outcome
from .reasons import outcome_of
from .request import EvidenceFile
from .verdict import Verdict
from .waivers import Approver, Waiver, authenticate_waiver, read_envelope


class SetAside(Struct, frozen=True):
    """Files that hold no waiver that counts, and why."""

    names: tuple[str, ...]
    fault: Fault


class Excuse(Struct, frozen=True):
    """What waivers come to for a set: those that excuse something of it, and the reasons that none of them excuses."""

    waivers: tuple[Waiver, ...]
    left: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether all that speaks against the set is excused."""
        return bool(self.waivers) and not self.left


def waivers_in(
    files: Iterable[EvidenceFile], approvers: tuple[Approver, ...], *, now: datetime.datetime, limits: Limits
) -> tuple[tuple[Waiver, ...], tuple[SetAside, ...]]:
    """The waivers that hold at `now`, and what else lies beside them. Raises nothing that a file can do to us.

    A file holds envelopes, one a line. Those over one payload are one waiver, whichever files they lie in.
    """
    aside: list[SetAside] = []
    found: dict[bytes, dict[bytes, str]] = {}
    for file in files:
        try:
            lines = [(read_envelope(line, file.name, limits).payload, line) for line in _lines(file, limits)]
        except Fault as fault:
            aside.append(SetAside((file.name,), fault))
            continue
        for payload, line in lines:
            found.setdefault(payload, {}).setdefault(line, file.name)
    waivers = []
    for envelopes in found.values():
        try:
            waivers.append(authenticate_waiver(tuple(envelopes), approvers, now=now, limits=limits))
        except Fault as fault:
            aside.append(SetAside(tuple(dict.fromkeys(envelopes.values())), fault))
    return tuple(sorted(waivers, key=lambda waiver: waiver.payload)), tuple(aside)


def _lines(file: EvidenceFile, limits: Limits) -> list[bytes]:
    limits.check("bundle", len(file.content), Place(file.name))
    lines = [line for line in file.content.split(b"\n") if line.strip()]
    limits.check("signatures", len(lines), Place(file.name))
    return lines


def excuse(verdicts: Sequence[Verdict], faults: Sequence[Fault], waivers: Sequence[Waiver]) -> Excuse:
    """What `waivers`, which hold, excuse of files with these verdicts, where `faults` speak against the set.

    Nothing of a set of which anything was refuted, and nothing where there is nothing to excuse.
    """
    against = [_against(verdict, faults) for verdict in verdicts]
    codes = tuple(dict.fromkeys(code for each in against for code in each))
    refuted = any(verdict.outcome is Outcome.FAILED for verdict in verdicts) or any(
        outcome_of(fault.reason) is Outcome.FAILED for fault in faults
    )
    if refuted:
        return Excuse((), codes)
    used: dict[Waiver, None] = {}
    left: dict[str, None] = {}
    for verdict, reasons in zip(verdicts, against, strict=True):
        named = [waiver for waiver in waivers if _is_about(waiver, verdict)]
        for code in reasons:
            by = [waiver for waiver in named if code in waiver.reasons]
            used |= dict.fromkeys(by)
            if not by:
                left[code] = None
    return Excuse(tuple(used), tuple(left))


def _against(verdict: Verdict, faults: Sequence[Fault]) -> tuple[str, ...]:
    """The codes of all that speaks against one file; "" for what has none, which no waiver can name."""
    standing = [each.reason for each in verdict.results if not each.finding and each.outcome is not Outcome.PASSED]
    if verdict.outcome is not Outcome.PASSED and not standing:
        standing.append("")
    return tuple(dict.fromkeys([*standing, *(fault.reason for fault in faults)]))


def _is_about(waiver: Waiver, verdict: Verdict) -> bool:
    return waiver.policy == verdict.policy.digest and verdict.artifact.digests.get("sha256") in waiver.artifacts
