"""Judges that give no judgement.

JudgeFault          judge.*             a judge was lost over it: the outcome is ERROR, once that was tried often enough
└── JudgesAway      judge.unavailable   no judge could be had: ask again later
"""

from __future__ import annotations

from attestations.faults import Fault


class JudgeFault(Fault):
    """A judge died, was late or needed too much."""


class JudgesAway(JudgeFault):
    """This machine starts no process, for a judge or for another engine."""

    def __init__(self, detail: str) -> None:
        super().__init__("judge.unavailable", detail)
