"""Ed25519 over the message itself: R by its bytes, s below the group's order, no cofactor.

What a key may be is settled when it is loaded (`verifier.keys`): no small order, no second spelling. There is no
prehashed form here: Ed25519ph is another scheme, and the libraries that we stand on do not have it.

Spec: RFC 8032 section 5.1.7, https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7; decision 0010.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ..keys import PublicKey
from .schemes import Scheme, malformed

_ORDER = (1 << 252) + 27742317777372353535851937790883648493


def _verify(key: PublicKey, signature: bytes, message: bytes) -> None:
    assert isinstance(key.handle, Ed25519PublicKey)
    if len(signature) != 64:
        raise malformed(f"{len(signature)} bytes where an Ed25519 signature takes 64")
    if int.from_bytes(signature[32:], "little") >= _ORDER:
        raise malformed("s is not below the group's order")
    key.handle.verify(signature, message)


SCHEMES = (Scheme("ed25519", ("ed25519",), None, _verify, None),)
