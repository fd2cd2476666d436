"""Detached signatures in formats of their own, each over a file and under a key that the policy pins.

One file a format; what they prove is the same: this key signed bytes with this digest.
"""

from __future__ import annotations

from attestations.bundles import DetachedSignature, MinisignSignature, SshSignature
from attestations.digests import Digest, DigestSet

from ..keys import PublicKey
from .minisign import verify_minisign
from .openpgp import verify_openpgp
from .ssh import verify_ssh


def verify_detached(content: DetachedSignature, key: PublicKey, signed: DigestSet) -> Digest:
    """Prove that `key` made the signature over what `signed` digests, and return the digest that it covers.

    Raises:
        SignatureFault: ``signature.invalid``, ``signature.needs_bytes``, ``signature.scheme_unsupported``,
            ``signature.unknown_key``, ``artifact.unmeasured``, ``minisign.comment``, ``openpgp.unavailable``.
    """
    if isinstance(content, MinisignSignature):
        return verify_minisign(content, key, signed)
    if isinstance(content, SshSignature):
        return verify_ssh(content, key, signed)
    return verify_openpgp(content, key, signed)


__all__ = ["verify_detached"]
