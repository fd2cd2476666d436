"""What is offered as files: all that the manifest lists, and nothing else; what they declare; what a difference makes.

Spec: countersign design, section 5; attacks, U08, U13, U17, U18
"""

from __future__ import annotations

from msgspec import Struct

from attestations.digests import Digest

from ..faults import UpdateFault
from ..manifests import Manifest
from ..verdict import Artifact
from .streams import Accepted


class Delta(Struct, frozen=True):
    """A difference that is installed over something: the digests of what it was made for, and of what it makes."""

    base: Digest
    result: Digest


class Offer(Struct, frozen=True):
    """What is offered: an authenticated manifest, the digest of its statement, and the files as they were measured.

    `strength` is of the scheme that the manifest is signed with. `whole` says that all files of the release are to be
    installed together. `declared` are names and versions out of containers' own headers, by what they declare.
    """

    manifest: Manifest
    statement: Digest
    artifacts: tuple[Artifact, ...]
    strength: int
    whole: bool = True
    delta: Delta | None = None
    declared: tuple[tuple[str, str], ...] = ()


def sha256_of(artifact: Artifact) -> Digest:
    """The digest by which a file is listed and remembered."""
    digest = artifact.digests.get("sha256")
    if digest is None:
        raise ValueError("an artifact is measured before it is offered")
    return digest


def check_set(offer: Offer) -> None:
    """What is to be installed is what is listed, all of it. Raises: UpdateFault ``update.inconsistent``,
    ``update.incomplete``."""
    listed = {
        digest: file for file in offer.manifest.files if (digest := file.subject.digests.get("sha256")) is not None
    }
    for artifact in offer.artifacts:
        file = listed.get(sha256_of(artifact))
        if file is None or (file.size is not None and artifact.size is not None and file.size != artifact.size):
            raise UpdateFault(
                "update.inconsistent",
                "a file that the manifest does not list",
                expected=f"one of {len(listed)} files",
                actual=f"{artifact.name[:80]} {sha256_of(artifact)}",
            )
    missing = listed.keys() - {sha256_of(artifact) for artifact in offer.artifacts}
    if not offer.artifacts or (offer.whole and missing):
        raise UpdateFault(
            "update.incomplete",
            "not all files of the release are there",
            expected=f"{len(listed)} files",
            actual=f"{len(listed) - len(missing)}",
        )


def check_declared(offer: Offer) -> None:
    """What containers declare in their own headers is what the signed manifest says. Raises: UpdateFault
    ``update.header_mismatch``."""
    for name, value in offer.declared:
        claim = getattr(offer.manifest, name, None)
        if claim is not None and claim.value != value:
            raise UpdateFault(
                "update.header_mismatch",
                f"its header declares another {name}",
                expected=claim.value,
                actual=value[:200],
            )


def check_delta(before: Accepted | None, offer: Offer, delta: Delta) -> None:
    """Made for what is installed, and makes what is listed. Raises: UpdateFault ``update.delta_base``,
    ``update.delta_result``."""
    if before is None or delta.base not in before.artifacts:
        raise UpdateFault(
            "update.delta_base", "a difference to something that is not installed", actual=str(delta.base)
        )
    if not any(file.subject.digests.get(delta.result.algorithm) == delta.result for file in offer.manifest.files):
        raise UpdateFault(
            "update.delta_result", "it makes a file that the manifest does not list", actual=str(delta.result)
        )
