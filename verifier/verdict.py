"""A verdict: every check with its reason, the tracks and level they add up to, and what was not assessed.

A verdict is a value; rendering, signing and storing it are other people's work. Its report form is `verifier.report`.
Spec: countersign design, sections 3 and 4.
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from attestations.debian.container import Declared
from attestations.digests import Digest, DigestSet
from attestations.faults import Place

from .outcome import Outcome


class Artifact(Struct, frozen=True):
    """What is judged: its name as given, its digests, its size in bytes (None where only a digest was given).

    `declared` is what it says of itself, where it is a package whose header was read; no verdict repeats it.
    """

    name: str
    digests: DigestSet
    size: int | None
    declared: Declared | None = None


class Cited(Struct, frozen=True):
    """Evidence that a result rests on: the SHA-256 of its file, and the place in it."""

    digest: Digest
    place: Place


class CheckResult(Struct, frozen=True):
    """One check of one requirement.

    `check` is the dotted name of what was checked (``source.tag``, ``signature``); `reason` the code out of
    `reasons.toml`, "" where it passed. `requirement` counts the policy's requirements from 0; None for what every
    verification checks. `finding` marks a warning that never changes the outcome. `clause` names the specification.
    """

    check: str
    outcome: Outcome
    reason: str
    detail: str
    expected: str | None = None
    actual: str | None = None
    cited: Cited | None = None
    requirement: int | None = None
    finding: bool = False
    clause: str = ""


class TrackResult(Struct, frozen=True):
    """One track of the design's table (``VI_SIGNED_1``), or a SLSA level standing beside it: held or not, and why."""

    track: str
    held: bool
    why: str


class PolicyReference(Struct, frozen=True):
    """Which policy judged: its id, version, and the SHA-256 of its canonical form."""

    id: str
    version: int
    digest: Digest


class TrustReference(Struct, frozen=True):
    """Which trust root was used: its name, the SHA-256 of its bytes, and when it was obtained."""

    name: str
    digest: Digest
    dated: datetime.datetime | None


class Verdict(Struct, frozen=True):
    """The whole judgement about one artifact; `results` are what was proved, what was not and why, and findings."""

    outcome: Outcome
    artifact: Artifact
    results: tuple[CheckResult, ...]
    tracks: tuple[TrackResult, ...]
    level: str
    policy: PolicyReference
    trust: tuple[TrustReference, ...]
    now: datetime.datetime
    not_assessed: tuple[str, ...]
    raised_limits: tuple[str, ...]
    version: str
