"""Has the release reached the level, or the track, that the policy asks for?

Spec: countersign design, section 4
"""

from __future__ import annotations

from collections.abc import Iterable

from ..faults import CheckFault
from ..levels import ASSESSED, LEVELS, level_of
from ..policy.model import LevelRequirement
from ..verdict import TrackResult
from .check import Met

CLAUSE = "countersign design, section 4"


def check_level(requirement: LevelRequirement, tracks: Iterable[TrackResult]) -> Met:
    """The tracks that hold add up to what is asked.

    Raises:
        CheckFault: ``level.not_reached``; ``level.not_assessed`` where this version cannot establish it at all.
    """
    held = {track.track for track in tracks if track.held}
    wanted, reached = requirement.at_least, level_of(held)
    if wanted in held or (wanted in LEVELS and LEVELS.index(reached) >= LEVELS.index(wanted)):
        return Met(f"{wanted} is reached", wanted, reached)
    if wanted not in ASSESSED and wanted not in LEVELS[:2]:
        raise CheckFault("level.not_assessed", "this version cannot establish that", expected=wanted, actual=reached)
    raise CheckFault("level.not_reached", "the level asked for is not reached", expected=wanted, actual=reached)
