"""What a signature is over: digests that were measured, and the bytes themselves where they are at hand."""

from __future__ import annotations

import hashlib

from attestations.digests import Digest, DigestSet

from ..faults import SignatureFault


class Whole(DigestSet, frozen=True):
    """Digests of bytes that are at hand: a document's. Schemes that sign no digest can be verified over these."""

    content: bytes


def covered(signed: DigestSet, algorithm: str) -> Digest:
    """The digest of what is signed by `algorithm`. Raises: SignatureFault ``artifact.unmeasured``."""
    found = signed.get(algorithm)
    if found is not None:
        return found
    if isinstance(signed, Whole):
        return Digest(algorithm, hashlib.new(algorithm, signed.content).hexdigest())
    raise SignatureFault(
        "artifact.unmeasured",
        f"the signature is over the artifact's {algorithm} digest",
        expected=algorithm,
        actual=", ".join(known.algorithm for known in signed) or "no digest",
    )
