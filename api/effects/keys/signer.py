"""What signs: a public key, a scheme, and bytes that become a signature."""

from __future__ import annotations

from typing import Protocol

from verifier.faults import SignatureFault
from verifier.keys import PublicKey
from verifier.signatures import Scheme, verify

from ..faults import KeyFault


class Signer(Protocol):
    """A private key, wherever it is. `scheme` is the one that every signature of it has."""

    @property
    def public_key(self) -> PublicKey:
        """The key under which its signatures verify."""
        ...

    @property
    def scheme(self) -> Scheme:
        """The one scheme it signs with."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`, which verifies: as `verifier.signatures` reads it, DER for ECDSA.

        Raises:
            KeyFault: ``signing.failed``.
        """
        ...


def checked(signature: bytes, message: bytes, key: PublicKey, scheme: Scheme) -> bytes:
    """`signature`, where it verifies. A device that erred, or another key than it says, is noticed here and not later.

    Raises:
        KeyFault: ``signing.failed``.
    """
    try:
        verify(key, signature, message, scheme=scheme)
    except SignatureFault as fault:
        detail = f"what came back does not verify under {key.fingerprint}: {fault.detail}"
        raise KeyFault("signing.failed", detail) from None
    return signature
