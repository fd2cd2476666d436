"""OpenPGP's signatures: detached beside a file, armoured or not, or around a text (the cleartext framework).

One signature a file. What it says of itself is read here; `verifier.detached.openpgp` has it verified.

Spec: RFC 9580, sections 5.2, 7 (cleartext signature framework)
"""

from __future__ import annotations

from ..bundles import Bundle, NoMaterial, OpenPgpSignature
from ..documents.clearsigned import is_clearsigned, split_clearsigned
from ..faults import FormatFault, Place
from ..openpgp import SIGNATURE, dearmoured, malformed, packets, signature_fields
from .carrier import Detached

_ARMOURED = b"-----BEGIN PGP SIGNATURE-----"
_BINARY = (0x88, 0x89, 0x8A, 0xC2)
"""First bytes of a signature packet, in the older framing and the newer."""


def recognises(data: bytes) -> bool:
    """Whether it begins as a signature packet, its armour, or a signed text does."""
    return data[:1] in map(bytes, ([first] for first in _BINARY)) or data.lstrip(b" \t\r\n").startswith(
        (_ARMOURED, b"-----BEGIN PGP SIGNED MESSAGE-----")
    )


def read_openpgp(data: bytes, source: str) -> Bundle:
    """Read one signature.

    Raises:
        FormatFault: ``openpgp.malformed``; ``openpgp.unsupported`` for several signatures, another version, and one
            that ends by itself.
    """
    clear = data if is_clearsigned(data) else b""
    block = split_clearsigned(data, source)[1] if clear else data
    found = tuple(packets(dearmoured(block, b"SIGNATURE", source), source))
    if not found or any(packet.tag != SIGNATURE for packet in found):
        raise malformed(source, "not a signature")
    if len(found) > 1:
        raise FormatFault(
            "openpgp.unsupported", f"{len(found)} signatures in one file", place=Place(source), expected="1"
        )
    fields = signature_fields(found[0].body, source)
    if fields.expires is not None:
        # The library holds a signature's own end to the clock, and a verdict must not change as time goes by.
        raise FormatFault("openpgp.unsupported", "a signature that ends by itself", place=Place(source))
    body = found[0].body
    packet = b"\xc2\xff" + len(body).to_bytes(4, "big") + body
    return Bundle("openpgp", OpenPgpSignature(packet, clear, fields.created), NoMaterial())


CARRIER = Detached("openpgp", recognises, read_openpgp)
