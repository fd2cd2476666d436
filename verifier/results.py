"""From faults and facts to the lines of a verdict: the one place where a reason's code becomes an outcome."""

from __future__ import annotations

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.digests import Digest
from attestations.evidence import Unreadable
from attestations.faults import Fault, Place

from .checks.check import Met
from .outcome import Outcome
from .reasons import REASONS, outcome_of
from .verdict import CheckResult, Cited


class Source(Struct, frozen=True):
    """Where a result comes from: a file's digest, its name, and the pointer of the bundle in it."""

    digest: Digest
    name: str
    pointer: str

    @classmethod
    def of(cls, item: Evidence | Unreadable) -> Source:
        return cls(item.digest, item.source, item.pointer)

    def cite(self, place: Place | None = None) -> Cited:
        """The place of a claim in this evidence; the bundle itself where there is none."""
        if place is None or (place.pointer is None and place.offset is None):
            return Cited(self.digest, Place(self.name, self.pointer or None))
        return Cited(self.digest, Place(self.name, _maybe_quoted(place.pointer), place.offset))


LONGEST = 1_000
"""Characters of one text on a verdict. A claim may be megabytes long, and a report quotes what people can read."""


def quoted(text: str) -> str:
    """`text`, its end left out where it is longer than anybody reads."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def _maybe_quoted(text: str | None) -> str | None:
    return None if text is None else quoted(text)


def refused(
    check: str, fault: Fault, *, requirement: int | None = None, source: Source | None = None, clause: str = ""
) -> CheckResult:
    """The result of a check that raised `fault`."""
    return CheckResult(
        check=check,
        outcome=outcome_of(fault.reason),
        reason=fault.reason,
        detail=quoted(fault.detail),
        expected=_maybe_quoted(fault.expected),
        actual=_maybe_quoted(fault.actual),
        cited=source.cite(fault.place) if source is not None else None,
        requirement=requirement,
        clause=clause,
    )


def passed(
    check: str, met: Met, *, requirement: int | None = None, source: Source | None = None, clause: str = ""
) -> CheckResult:
    """The result of a check that held."""
    return CheckResult(
        check=check,
        outcome=Outcome.PASSED,
        reason="",
        detail=quoted(met.detail),
        expected=_maybe_quoted(met.expected),
        actual=_maybe_quoted(met.actual),
        cited=source.cite(Place(pointer=met.pointer)) if source is not None else None,
        requirement=requirement,
        clause=clause,
    )


def finding(reason: str, detail: str, *, actual: str | None = None, source: Source | None = None) -> CheckResult:
    """A warning: something to know that changes no outcome."""
    row = REASONS[reason]
    if row.kind != "finding":
        raise ValueError(f"{reason} is no finding")
    return CheckResult(
        check=reason,
        outcome=Outcome.PASSED,
        reason=reason,
        detail=quoted(detail),
        actual=_maybe_quoted(actual),
        cited=source.cite() if source is not None else None,
        finding=True,
    )
