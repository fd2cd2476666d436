"""OpenPGP's signatures: detached beside a file, armoured or not, or around a text (the cleartext framework).

What each signature of a file says of itself is read here; `verifier.detached.openpgp` has it verified. Archives of
packages are signed by several keys at once: each signature stands by itself, and one that cannot be read spoils none.

Spec: RFC 9580, sections 5.2, 7 (cleartext signature framework)
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..bundles import Bundle, NoMaterial, OpenPgpSignature
from ..documents.clearsigned import is_clearsigned, split_clearsigned
from ..faults import FormatFault, Place
from ..openpgp import SIGNATURE, Packet, dearmoured, framed, malformed, packets, signature_fields
from .carrier import Detached

_ARMOURED = b"-----BEGIN PGP SIGNATURE-----"
_BINARY = (0x88, 0x89, 0x8A, 0xC2)
"""First bytes of a signature packet, in the older framing and the newer."""


def recognises(data: bytes) -> bool:
    """Whether it begins as a signature packet, its armour, or a signed text does."""
    return data[:1] in map(bytes, ([first] for first in _BINARY)) or data.lstrip(b" \t\r\n").startswith(
        (_ARMOURED, b"-----BEGIN PGP SIGNED MESSAGE-----")
    )


def split_openpgp(data: bytes, source: str) -> tuple[Callable[[], Bundle], ...]:
    """The signatures in one file, each yet to be read. Raises: FormatFault ``openpgp.malformed``."""
    clear = data if is_clearsigned(data) else b""
    block = split_clearsigned(data, source)[1] if clear else data
    found = tuple(packets(dearmoured(block, b"SIGNATURE", source), source))
    if not found or any(packet.tag != SIGNATURE for packet in found):
        raise malformed(source, "not a signature")
    return tuple(functools.partial(_read, packet, clear, source) for packet in found)


def _read(found: Packet, clear: bytes, source: str) -> Bundle:
    """Raises: FormatFault ``openpgp.malformed``; ``openpgp.unsupported`` for another version, and one that ends."""
    fields = signature_fields(found.body, source)
    if fields.expires is not None:
        # The library holds a signature's own end to the clock, and a verdict must not change as time goes by.
        raise FormatFault("openpgp.unsupported", "a signature that ends by itself", place=Place(source))
    return Bundle("openpgp", OpenPgpSignature(framed(found), clear, fields.created), NoMaterial())


CARRIER = Detached("openpgp", recognises, split_openpgp)
