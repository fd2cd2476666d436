"""Documents beside the evidence: files that are no bundle, and that something else may vouch for.

    KINDS            every kind that is known, one line each
    read_documents   the documents among files that were given

A document is unauthenticated, and nothing in it is believed, until `verifier.documents` says who vouches for its bytes:
a signature over them, or an authenticated statement about their digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ..digests import Digest
from ..faults import Place
from ..limits import DEFAULT_LIMITS, Limits
from .document import Document, Kind
from .recognising import is_checksums, is_cyclonedx, is_packages, is_release, is_spdx

PACKAGES = "debian-packages"
"""What no signature is over, and what may be large: an archive signs its Release, which lists it."""

KINDS: tuple[Kind, ...] = (
    Kind("checksums", "manifest", is_checksums),
    Kind("cyclonedx", "sbom", is_cyclonedx),
    Kind("spdx", "sbom", is_spdx),
    Kind("debian-release", "bundle", is_release),
    Kind(PACKAGES, "manifest", is_packages),
)
"""All kinds that are known. The first that recognises a file is its kind."""


def kind_of(data: bytes) -> Kind | None:
    """The kind of the document `data`; None where it is none."""
    return next((kind for kind in KINDS if kind.recognises(data)), None)


def read_documents(files: Iterable[tuple[str, bytes]], limits: Limits = DEFAULT_LIMITS) -> tuple[Document, ...]:
    """The documents among `files` (name, content), in their order; the others are evidence, or nothing.

    Raises:
        LimitFault: ``limit.manifest``, ``limit.sbom``, ``limit.bundle``.
    """
    return tuple(_document(name, data, kind, limits) for name, data in files if (kind := kind_of(data)) is not None)


def _document(name: str, data: bytes, kind: Kind, limits: Limits) -> Document:
    limits.check(kind.limit, len(data), Place(name))
    return Document(name, Digest("sha256", hashlib.sha256(data).hexdigest()), data, kind.name)


__all__ = ["KINDS", "PACKAGES", "Document", "Kind", "kind_of", "read_documents"]
