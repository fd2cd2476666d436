"""What is offered as files: all that the manifest lists, and nothing else; and what differences among them make.

Spec: countersign design, section 5; attacks, U08, U17, U18
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from attestations.digests import Digest

from ..faults import UpdateFault
from ..manifests import Listed, Manifest
from ..verdict import Artifact
from .streams import Accepted


class Offer(Struct, frozen=True):
    """What is offered: an authenticated manifest, the digest of its statement, and the files as they were measured.

    `strength` is of the scheme that the manifest is signed with. `whole` says that all files of the release are to be
    installed together.
    """

    manifest: Manifest
    statement: Digest
    artifacts: tuple[Artifact, ...]
    strength: int
    whole: bool = True

    @property
    def listed(self) -> Mapping[Digest, Listed]:
        """The files of the manifest by SHA-256."""
        files = ((file.subject.digests.get("sha256"), file) for file in self.manifest.files)
        return {digest: file for digest, file in files if digest is not None}

    @property
    def given(self) -> frozenset[Digest]:
        """The offered files by SHA-256."""
        return frozenset(map(sha256_of, self.artifacts))

    @property
    def deltas(self) -> Mapping[Digest, Listed]:
        """Those of the offered files that are differences, by their own SHA-256."""
        listed = self.listed
        return {
            digest: listed[digest] for digest in self.given if digest in listed and listed[digest].delta is not None
        }

    @property
    def made(self) -> Mapping[Digest, Digest]:
        """What the differences make that are applied here, by their own SHA-256.

        One that lies beside the file that it makes is for others: a mirror hands it on.
        """
        results = {digest: file.delta.result for digest, file in self.deltas.items() if file.delta is not None}
        return {digest: result for digest, result in results.items() if result not in self.given}

    @property
    def installs(self) -> frozenset[Digest]:
        """The files that will be there once the offer is installed: in the place of a difference what it makes."""
        return (self.given - self.deltas.keys()) | frozenset(self.made.values())


def sha256_of(artifact: Artifact) -> Digest:
    """The digest by which a file is listed and remembered."""
    digest = artifact.digests.get("sha256")
    if digest is None:
        raise ValueError("an artifact is measured before it is offered")
    return digest


def check_set(offer: Offer) -> None:
    """What is to be installed is what is listed, all of it; a difference stands for what it makes, and is not missed.

    Raises:
        UpdateFault: ``update.inconsistent``, ``update.incomplete``.
    """
    listed = offer.listed
    for artifact in offer.artifacts:
        file = listed.get(sha256_of(artifact))
        if file is None or (file.size is not None and artifact.size is not None and file.size != artifact.size):
            raise UpdateFault(
                "update.inconsistent",
                "a file that the manifest does not list",
                expected=f"one of {len(listed)} files",
                actual=f"{artifact.name[:80]} {sha256_of(artifact)}",
            )
    wanted = {digest for digest, file in listed.items() if file.delta is None}
    missing = wanted - offer.installs
    if not offer.artifacts or (offer.whole and missing):
        raise UpdateFault(
            "update.incomplete",
            "not all files of the release are there",
            expected=f"{len(wanted)} files",
            actual=f"{len(wanted) - len(missing)}",
        )


def check_deltas(before: Accepted | None, offer: Offer) -> None:
    """Every difference makes a whole file that the manifest lists; those that are applied here fit what is installed.

    The latter is asked of a whole set alone: of one file nobody can tell whether what it makes lies beside it.
    That it really makes that file shows once it was applied: what is accepted then is the file, by its digest.

    Raises:
        UpdateFault: ``update.delta_base``, ``update.delta_result``.
    """
    listed, made = offer.listed, offer.made
    for digest, file in offer.deltas.items():
        assert file.delta is not None
        name, whole = file.subject.name[:80], listed.get(file.delta.result)
        if whole is None or whole.delta is not None:
            raise UpdateFault(
                "update.delta_result",
                "it makes a file that the manifest does not list",
                expected="a whole file of the release",
                actual=f"{name} makes {file.delta.result}",
            )
        if offer.whole and digest in made and (before is None or file.delta.base not in before.artifacts):
            raise UpdateFault(
                "update.delta_base",
                "a difference to something that is not installed",
                expected="made for one of the files that were accepted last",
                actual=f"{name} was made for {file.delta.base}",
            )
