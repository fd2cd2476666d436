"""What a signature scheme is: a name, the keys it is for, its hash, and the check itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..faults import SignatureFault
from ..keys import PublicKey

Check = Callable[[PublicKey, bytes, bytes], None]
"""Given key, signature, and message or digest: returns where the signature holds.

Raises `cryptography.exceptions.InvalidSignature` where it does not, `SignatureFault` where it is malformed.
"""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to sign.

    `keys` are the key algorithms it is for; `hash` is the hash that the message goes through first, as in-toto spells
    it, None where the scheme wants the message itself. `explicit` schemes are used only where a caller names them, and
    never tried: they are what old or foreign formats prescribe, and no key's default.
    """

    name: str
    keys: tuple[str, ...]
    hash: str | None
    message: Check = field(repr=False, compare=False)
    digest: Check | None = field(repr=False, compare=False)
    explicit: bool = False


def malformed(detail: str) -> SignatureFault:
    """The bytes are no signature of the scheme, whatever the key."""
    return SignatureFault("signature.malformed", detail)
