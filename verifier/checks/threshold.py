"""Did enough groups say so? Quorums count parties, never keys, signatures or files (T24 to T27).

Spec: countersign design, section 2 (Group); in-toto specification, section 4.3.1 (threshold)
"""

from __future__ import annotations

from collections.abc import Iterable

from ..faults import CheckFault
from .check import Met

CLAUSE = "countersign design, section 2"


def check_threshold(threshold: int, groups: Iterable[str]) -> Met:
    """At least `threshold` distinct groups spoke; one below 1 asks for nothing, and nothing is never enough.

    Raises:
        CheckFault: ``threshold.unmet``.
    """
    distinct = sorted(set(groups))
    if threshold < 1 or len(distinct) < threshold:
        raise CheckFault(
            "threshold.unmet",
            "too few independent groups signed",
            expected=f"{threshold} groups",
            actual=f"{len(distinct)}: {', '.join(distinct)}",
        )
    return Met(f"{len(distinct)} of {threshold} groups signed", f"{threshold}", ", ".join(distinct))
