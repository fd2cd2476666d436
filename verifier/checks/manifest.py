"""Does the manifest say of the artifact, and of the release, what is expected?

Each leaf takes the requirement, the manifest, and the files in it that are the artifact by digest: at least one.

Spec: countersign design, section 5 (Manifest)
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from attestations.faults import Place
from attestations.purls import parse_purl

from ..faults import CheckFault
from ..manifests import Listed, Manifest
from ..policy.expected import matches, shown
from ..policy.model import ManifestRequirement
from ..policy.packages import expected_package
from ..verdict import Artifact
from .check import Met, meets
from .subject import bind_any

CLAUSE = "countersign design, section 5"

FIELDS = {
    "vendor": "manifest.vendor",
    "product": "manifest.product",
    "channel": "manifest.channel",
    "platform": "manifest.platform",
    "variant": "manifest.variant",
    "version": "manifest.version",
}
"""Fields of a release key, and the reason why one is not the one expected."""


def bind_listed(manifest: Manifest, artifact: Artifact) -> tuple[Listed, ...]:
    """The files of the manifest that are the artifact, at least one. Raises as `checks.subject.bind_any`."""
    bound = bind_any(manifest.subjects, artifact.digests, measured=artifact.size is not None, pointer="")
    return tuple(file for file in manifest.files if file.subject in bound)


def check_name(requirement: ManifestRequirement, _manifest: Manifest, files: tuple[Listed, ...]) -> Met | None:
    """The artifact is listed under the name that is expected. Raises: CheckFault ``manifest.name``."""
    if requirement.subject is None:
        return None
    name = files[0].subject.name
    if not any(matches(requirement.subject, file.subject.name) for file in files):
        raise CheckFault(
            "manifest.name",
            "the manifest lists the artifact under another name",
            place=Place(pointer=files[0].pointer),
            expected=shown(requirement.subject),
            actual=name,
        )
    return Met("listed under the name expected", shown(requirement.subject), name, files[0].pointer)


def check_size(artifact: Artifact, files: tuple[Listed, ...]) -> Met | None:
    """Where both say the size, it is the same. Raises: CheckFault ``manifest.size``."""
    stated = [file for file in files if file.size is not None]
    if artifact.size is None or not stated:
        return None
    for file in stated:
        if file.size != artifact.size:
            raise CheckFault(
                "manifest.size",
                "the manifest gives the artifact another size",
                place=Place(pointer=file.pointer),
                expected=str(artifact.size),
                actual=str(file.size),
            )
    return Met(f"its size is {artifact.size}", str(artifact.size), str(artifact.size), stated[0].pointer)


def check_facts(requirement: ManifestRequirement, artifact: Artifact, files: tuple[Listed, ...]) -> Met | None:
    """It states every fact that must match. Raises: CheckFault ``manifest.unsaid``, ``subject.uncompared``."""
    facts = [fact for fact in requirement.match if fact != "header"]
    for fact in facts:
        if not any(_states(fact, file) for file in files):
            raise _unsaid(f"the artifact's {fact}", fact)
        if (artifact.size is None) if fact == "size" else (artifact.digests.get(fact) is None):
            raise CheckFault("subject.uncompared", f"nobody measured the artifact's {fact}", expected=fact)
    return Met(f"it states {', '.join(facts)}") if facts else None


def _states(fact: str, file: Listed) -> bool:
    return file.size is not None if fact == "size" else file.subject.digests.get(fact) is not None


def check_header(requirement: ManifestRequirement, manifest: Manifest, artifact: Artifact) -> Met | None:
    """The version that the artifact's own header declares is the manifest's: an old file has no new label (U13).

    A Debian version may have an epoch and a revision besides, which a vendor's version does not.

    Raises:
        CheckFault: ``update.header_mismatch``, ``manifest.unsaid``, ``debian.unmeasured``, and what kept it from being
            read.
    """
    if "header" not in requirement.match:
        return None
    if manifest.version is None:
        raise _unsaid("its version", "version")
    declared, listed = artifact.declared, manifest.version.value
    if declared is None:
        raise CheckFault(
            "debian.unmeasured", "no header of the file's own was read: only a package of Debian's has one"
        )
    if declared.reason:
        raise CheckFault(declared.reason, declared.detail)
    own = declared.version.partition(":")[2] or declared.version
    if listed not in (declared.version, own, own.rpartition("-")[0]):
        raise CheckFault(
            "update.header_mismatch",
            "the file's own header declares another version",
            place=Place(pointer=manifest.version.pointer),
            expected=listed,
            actual=declared.version,
        )
    return Met(f"its own header declares {declared.version}", listed, declared.version, manifest.version.pointer)


def check_package(requirement: ManifestRequirement, manifest: Manifest) -> Met | None:
    """The release is of the package that is expected. Raises: CheckFault ``manifest.unsaid``, ``manifest.package``."""
    if requirement.package is None:
        return None
    if manifest.package is None:
        raise _unsaid("which package it is of", requirement.package)
    wanted, found = expected_package(requirement.package), parse_purl(manifest.package.value)
    if found.package != wanted.package or (wanted.version and found.version != wanted.version):
        raise CheckFault(
            "manifest.package",
            "a release of another package, or of another version of it",
            place=Place(pointer=manifest.package.pointer),
            expected=requirement.package,
            actual=manifest.package.value,
        )
    return Met(f"a release of {manifest.package.value}", requirement.package, manifest.package.value)


def check_field(name: str, requirement: ManifestRequirement, manifest: Manifest) -> Met | None:
    """One field of the release key is the one expected. Raises: CheckFault ``manifest.unsaid``, those of `FIELDS`."""
    expected, claim = getattr(requirement, name), getattr(manifest, name)
    if expected is None:
        return None
    if claim is None:
        raise _unsaid(f"its {name}", shown(expected))
    return meets(expected, claim, reason=FIELDS[name], what=f"the {name}")


def check_expiry(requirement: ManifestRequirement, manifest: Manifest, now: datetime.datetime) -> Met | None:
    """The manifest still holds. Raises: CheckFault ``manifest.expired``, ``manifest.unsaid``."""
    if manifest.expires is None:
        if requirement.expires:
            raise _unsaid("until when it holds", "expires")
        return None
    until = manifest.expires.isoformat().replace("+00:00", "Z")
    if now > manifest.expires:
        raise CheckFault(
            "manifest.expired",
            "the manifest has expired",
            place=Place(pointer="/predicate/expires"),
            expected=f"at most {until}",
            actual=str(now),
        )
    return Met(f"holds until {until}", actual=until, pointer="/predicate/expires")


def _unsaid(what: str, expected: str) -> CheckFault:
    return CheckFault("manifest.unsaid", f"the manifest does not say {what}", expected=expected)


Question = Callable[[], Met | None]


def questions(
    requirement: ManifestRequirement,
    manifest: Manifest,
    files: tuple[Listed, ...],
    artifact: Artifact,
    now: datetime.datetime,
) -> Iterator[tuple[str, Question]]:
    """Every check of a manifest that lists the artifact, by its name on verdicts; one that asks nothing gives None."""
    yield "manifest.name", lambda: check_name(requirement, manifest, files)
    yield "manifest.size", lambda: check_size(artifact, files)
    yield "manifest.facts", lambda: check_facts(requirement, artifact, files)
    yield "manifest.header", lambda: check_header(requirement, manifest, artifact)
    yield "manifest.package", lambda: check_package(requirement, manifest)
    for name, check in FIELDS.items():
        yield check, lambda name=name: check_field(name, requirement, manifest)  # type: ignore[misc]  # bound at once
    yield "manifest.expires", lambda: check_expiry(requirement, manifest, now)
