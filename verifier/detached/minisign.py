"""minisign: Ed25519 over a file or its BLAKE2b-512, and a second signature that binds the comment to the first.

Both must hold. The key's id is a hint and chooses nothing (T25); the trusted comment is authentic and decides nothing.

Spec: https://jedisct1.github.io/minisign/#signature-format
"""

from __future__ import annotations

from attestations.bundles import MinisignSignature
from attestations.digests import BLAKE2B, Digest, DigestSet

from ..faults import SignatureFault
from ..keys import PublicKey
from ..signatures import named, verify
from .whole import Whole, covered


def verify_minisign(content: MinisignSignature, key: PublicKey, signed: DigestSet) -> Digest:
    """As `verify_detached`. A legacy signature, over the bytes themselves, is verified over documents alone."""
    if key.algorithm != "ed25519":
        raise SignatureFault("signature.scheme_unsupported", f"minisign does not sign with an {key.algorithm} key")
    scheme = named("ed25519")
    if content.prehashed:
        digest = covered(signed, BLAKE2B)
        message = digest.raw
    elif isinstance(signed, Whole):
        digest, message = signed.digests[0], signed.content
    else:
        raise SignatureFault("signature.needs_bytes", "a legacy signature of minisign's is over the bytes themselves")
    verify(key, content.signature, message, scheme=scheme)
    try:
        verify(key, content.binding, content.signature + content.comment, scheme=scheme)
    except SignatureFault:
        raise SignatureFault("minisign.comment", "the trusted comment is not the one that was signed") from None
    return digest
