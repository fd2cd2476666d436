"""Do an archive, its index and a package say what is expected, and is the package what the signed index says it is?

Each leaf takes the requirement and what was followed from a signed Release down to the package.

Spec: https://wiki.debian.org/DebianRepository/Format; countersign design, section 4 (Current); attacks, U03 to U13
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from msgspec import Struct

from attestations.debian.index import Entry
from attestations.debian.release import ListedIndex, Release

from ..faults import CheckFault
from ..policy.expected import matches, shown
from ..policy.model import DebianRequirement
from ..policy.plain import format_age, format_time
from ..verdict import Artifact
from .check import Met

CLAUSE = "https://wiki.debian.org/DebianRepository/Format"

ASKED = {
    "origin": "debian.origin",
    "label": "debian.label",
    "suite": "debian.suite",
    "codename": "debian.codename",
    "component": "debian.component",
    "architecture": "debian.architecture",
    "name": "debian.name",
    "version": "debian.version",
}
"""What may be expected, and the reason why it is not as expected; the check bears the same name."""

SKEW = datetime.timedelta(seconds=60)
"""How far a Release may be dated ahead of the moment of asking."""

ALL = "all"
"""The architecture of packages that fit every one."""


class Followed(Struct, frozen=True):
    """From a Release to a package: the index, as the Release lists it, and the package's entry in it."""

    release: Release
    listed: tuple[ListedIndex, ...]
    entry: Entry

    def says(self, name: str) -> tuple[str, ...]:
        """What is said of `name`, one of `ASKED`; an index may stand under several paths. None where nothing is."""
        if name in ("origin", "label", "suite", "codename"):
            said: tuple[str | None, ...] = (getattr(self.release, name),)
        elif name == "component":
            said = tuple(index.component for index in self.listed)
        else:
            said = (getattr(self.entry, name),)
        return tuple(text for text in said if text is not None)


def check_asked(name: str, requirement: DebianRequirement, followed: Followed) -> Met | None:
    """One thing is as expected. Raises: CheckFault ``debian.unsaid``, those of `ASKED`."""
    expected = getattr(requirement, name)
    if expected is None:
        return None
    said = followed.says(name)
    if not said:
        raise CheckFault("debian.unsaid", f"the archive does not say its {name}", expected=shown(expected))
    if any(matches(expected, text) for text in said) or (name == "architecture" and said == (ALL,)):
        return Met(f"the {name} is {said[0]}", shown(expected), said[0])
    raise CheckFault(ASKED[name], f"another {name}", expected=shown(expected), actual=", ".join(said))


def check_size(artifact: Artifact, followed: Followed) -> Met | None:
    """The package is as large as listed. Raises: CheckFault ``debian.size``."""
    if artifact.size is None:
        return None
    listed = str(followed.entry.size)
    if artifact.size != followed.entry.size:
        detail = "the index gives the package another size"
        raise CheckFault("debian.size", detail, expected=str(artifact.size), actual=listed)
    return Met(f"its size is {listed}", listed, listed)


def check_header(artifact: Artifact, followed: Followed) -> Met:
    """The package calls itself what the signed index calls it. Raises: CheckFault ``debian.unmeasured``,
    ``debian.header``, ``debian.container`` and what else kept its control file from being read."""
    declared, entry = artifact.declared, followed.entry
    if declared is None and artifact.size is not None:
        raise CheckFault("debian.unmeasured", "the file is no package of Debian's, or nobody looked into it")
    if declared is None:
        raise CheckFault("debian.unmeasured", "only a digest was given: what the package says of itself was not seen")
    if declared.reason:
        raise CheckFault(declared.reason, declared.detail)
    listed = (entry.name, entry.version, entry.architecture)
    own = (declared.package, declared.version, declared.architecture)
    if own != listed:
        raise CheckFault(
            "debian.header",
            "the package calls itself otherwise than the index does",
            expected=" ".join(listed),
            actual=" ".join(own),
        )
    return Met(f"it calls itself {' '.join(own)}", " ".join(listed), " ".join(own))


def check_date(requirement: DebianRequirement, release: Release, now: datetime.datetime) -> Met:
    """The Release is of today: not of tomorrow, not past its own end, not older than the asker allows.

    Raises:
        CheckFault: ``debian.future``, ``debian.expired``, ``debian.stale``.
    """
    dated, asked = format_time(release.date), f"asked at {format_time(now)}"
    if release.date > now + SKEW:
        raise CheckFault(
            "debian.future", "the Release is of a moment that is still to come", expected=asked, actual=dated
        )
    if release.until is not None and release.until < now:
        until = f"asked until {format_time(release.until)}"
        raise CheckFault("debian.expired", "the Release is no longer valid", expected=until, actual=asked)
    age = requirement.max_age
    if age is not None and now - release.date > age:
        detail = f"the Release is older than {format_age(age)}"
        raise CheckFault("debian.stale", detail, expected=f"at least {format_time(now - age)}", actual=dated)
    return Met(f"the Release is of {dated}", actual=dated)


Question = Callable[[], Met | None]


def questions(
    requirement: DebianRequirement, followed: Followed, artifact: Artifact, now: datetime.datetime
) -> Iterator[tuple[str, Question]]:
    """Every check by its name on verdicts; one that asks nothing gives None."""
    yield "debian.date", lambda: check_date(requirement, followed.release, now)
    for name, check in ASKED.items():
        yield check, lambda name=name: check_asked(name, requirement, followed)  # type: ignore[misc]  # bound at once
    yield "debian.size", lambda: check_size(artifact, followed)
    yield "debian.header", lambda: check_header(artifact, followed)
