"""What a signature scheme is: a name, the keys it is for, its hash, and the check itself."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ..faults import SignatureFault
from ..keys import PublicKey

Check = Callable[[PublicKey, bytes, bytes], None]
"""Given key, signature, and message or digest: returns where the signature holds.

Raises `cryptography.exceptions.InvalidSignature` where it does not, `SignatureFault` where it is malformed.
"""


class Scheme(Struct, frozen=True, eq=False):
    """One way to sign; each is itself alone, and equal to no other.

    `keys` are the key algorithms it is for; `hash` is the hash that the message goes through first, as in-toto spells
    it, None where the scheme wants the message itself. `explicit` schemes are used only where a caller names them, and
    never tried: they are what old or foreign formats prescribe, and no key's default.
    """

    name: str
    keys: tuple[str, ...]
    hash: str | None
    message: Check
    digest: Check | None
    explicit: bool = False


def malformed(detail: str) -> SignatureFault:
    """The bytes are no signature of the scheme, whatever the key."""
    return SignatureFault("signature.malformed", detail)
