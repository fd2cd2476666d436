"""Tracks and levels: what a verdict says a release has reached, and what nobody looked at.

    VI_LEVEL_1 = SIGNED_1     2 = + LOG_1     3 = + LOG_2     4 = + UNIFORM_2 …

This version can establish `VI_SIGNED_1` and `VI_BUILD_1`; every other track prints *not assessed*. A SLSA level stands
beside the tracks and is never converted into one of ours, nor the other way round.

Spec: countersign design, section 4; SLSA, https://slsa.dev/spec/v1.2/build-track-basics
"""

from __future__ import annotations

import re
from collections.abc import Collection

LEVELS = ("VI_LEVEL_0", "VI_LEVEL_1", "VI_LEVEL_2", "VI_LEVEL_3", "VI_LEVEL_4", "VI_LEVEL_5", "VI_LEVEL_6")
"""From nothing established upward; each contains the ones before."""

SIGNED = "VI_SIGNED_1"
BUILD = "VI_BUILD_1"

TRACKS = (
    SIGNED,
    BUILD,
    "VI_LOG_1",
    "VI_LOG_2",
    "VI_UNIFORM_1",
    "VI_UNIFORM_2",
    "VI_REBUILD_1",
    "VI_REBUILD_2",
    "VI_SOURCE_1",
)
"""Every track of the design, assessed or not."""

STATED = re.compile(r"(?P<track>SLSA_[A-Z0-9_]+_LEVEL|VI_[A-Z]+)_(?P<number>[0-9]{1,3})\Z", re.ASCII)
"""A word by which a summary states a level, of ours or of SLSA's; a higher number of a track contains the lower."""

ASSESSED = (SIGNED, BUILD)
"""The tracks that this version can establish; no other word of ours is ever emitted as held."""

NOT_ASSESSED = (
    "other customers' copies",
    "transparency of the release",
    "rebuild",
    "source review",
    "data flows",
    "cloud-side behaviour",
    "hardware",
    "closed toolchain",
)
"""What no verdict of this version says anything about, in words that stand on every verdict."""


def level_of(held: Collection[str]) -> str:
    """The level that the tracks `held` add up to, of those that this version can establish."""
    return LEVELS[1] if SIGNED in held else LEVELS[0]
