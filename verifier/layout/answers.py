"""What is said about a layout: one answer a question, a fact or a fault, and none of them lost."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.faults import Fault
from attestations.layouts.link import Link

from ..checks.check import Met


class Line(Struct, frozen=True):
    """One answer: what was checked, the fact or the fault that it came to, and the evidence it came from, if one."""

    check: str
    result: Met | Fault
    evidence: Evidence | None = None


class Chain(Struct, frozen=True):
    """What a layout came to: every answer, the summary of the chain, None where a step is untold, what was `used`.

    `remarks` are things to know that change nothing.
    """

    lines: tuple[Line, ...]
    summary: Link | None
    used: tuple[Evidence, ...]
    remarks: tuple[Line, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every answer is a fact, and there is one."""
        return bool(self.lines) and all(isinstance(line.result, Met) for line in self.lines)


def answered(check: str, work: Callable[[], Met], evidence: Evidence | None = None) -> Line:
    """What `work` comes to: the fact that it returns, or the fault that it raises."""
    try:
        return Line(check, work(), evidence)
    except Fault as fault:
        return Line(check, fault, evidence)
