"""Several trust roots, one answer: the first under which everything holds, else the reason that came closest.

A staging bundle under a production root fails at its first step, under the staging root perhaps at its last: only the
latter says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from attestations.faults import Fault

from .faults import TrustFault
from .trust import TrustRoot

_Proof = TypeVar("_Proof")


class Walk(Struct):
    """How far a road led under one root: the number of the step that it is at."""

    step: int = 0


def under_any(trust: tuple[TrustRoot, ...], road: Callable[[TrustRoot, Walk], _Proof]) -> _Proof:
    """The proof under the first root that gives one; else the fault of the first root that led furthest."""
    if not trust:
        raise TrustFault("trust.missing", "the evidence is held against a trust root, and none was given")
    refusals: list[tuple[int, Fault]] = []
    for root in trust:
        walk = Walk()
        try:
            return road(root, walk)
        except Fault as fault:
            refusals.append((walk.step, fault))
    raise max(refusals, key=lambda refusal: refusal[0])[1]
