"""OpenPGP's framing: armour, packets, and the few fields that we read ourselves. Signatures are verified elsewhere.

Spec: RFC 9580, sections 4.2 (packets), 5.2.3 (signatures), 5.5.2 (keys), 6.2 (armour)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from msgspec import Struct

from .faults import FormatFault, Place
from .strict_json import decode_base64

SIGNATURE, PUBLIC_KEY, TRUST, USER_ID, SUBKEY = 2, 6, 12, 13, 14
LONGEST = 1 << 20
"""Bytes of the longest signature or certificate that is read."""

_ARMOUR = re.compile(
    rb"\s*-----BEGIN PGP (?P<label>[A-Z ]{1,32})-----[ \t]*\r?\n(?:[A-Za-z]+: [^\r\n]*\r?\n)*[ \t]*\r?\n"
    rb"(?P<body>[A-Za-z0-9+/=\s]*?)(?:\n=[A-Za-z0-9+/]{4}\s*)?-----END PGP (?P=label)-----\s*\Z"
)


class Packet(Struct, frozen=True):
    """One packet: its type, and its body."""

    tag: int
    body: bytes


def framed(packet: Packet) -> bytes:
    """The packet as bytes again, in the newer framing."""
    return bytes([0xC0 | packet.tag, 0xFF]) + len(packet.body).to_bytes(4, "big") + packet.body


class SignatureFields(Struct, frozen=True):
    """What a signature packet's hashed part says: Unix seconds when it was made and when it ends, None for never."""

    created: int
    expires: int | None


class PrimaryKey(Struct, frozen=True):
    """A certificate's primary key: ``rsa`` (modulus, exponent), ``ed25519`` (32 bytes) or ``ecdsa`` (OID, point)."""

    kind: str
    parts: tuple[bytes, bytes]
    created: int


def is_signature(data: bytes) -> bool:
    """Whether `data` begins as one signature packet of version 4 does, by its looks: nothing is read."""
    return (
        re.match(rb"(\x88.|\x89..|\xc2[\x00-\xbf]|\xc2[\xc0-\xdf].|\xc2\xff....)\x04[\x00\x01]", data, re.DOTALL)
        is not None
    )


def dearmoured(data: bytes, label: bytes, source: str) -> bytes:
    """The bytes in an armoured block of this label, or `data` itself where it is not armoured.

    Raises:
        FormatFault: ``openpgp.malformed``.
    """
    if len(data) > LONGEST:
        raise malformed(source, "longer than any that is read")
    if not data.lstrip(b" \t\r\n").startswith(b"-----BEGIN PGP "):
        return data
    found = _ARMOUR.match(data)
    if found is None or found["label"] != label:
        raise malformed(source, f"not one armoured block of {label.decode('ascii').lower()}")
    try:
        return decode_base64(b"".join(found["body"].split()))
    except ValueError:
        raise malformed(source, "armour that is not base64") from None


def packets(data: bytes, source: str) -> Iterator[Packet]:
    """The packets that `data` is made of, every length given in advance. Raises: FormatFault ``openpgp.malformed``."""
    position = 0
    while position < len(data):
        tag, start, size = _header(data, position, source)
        if start + size > len(data):
            raise malformed(source, "a packet that is cut off")
        yield Packet(tag, data[start : start + size])
        position = start + size


def _header(data: bytes, position: int, source: str) -> tuple[int, int, int]:
    """Type, start of the body and its length."""
    first, position = data[position], position + 1
    if first & 0xC0 == 0xC0:
        size, position = _length(data, position, source)
        return first & 0x3F, position, size
    width = {0: 1, 1: 2, 2: 4}.get(first & 3)
    if first & 0x80 == 0 or width is None or position + width > len(data):
        raise malformed(source, "not a packet of a stated length")
    return first >> 2 & 0x0F, position + width, int.from_bytes(data[position : position + width], "big")


def _length(data: bytes, position: int, source: str) -> tuple[int, int]:
    """A length of one, two or five bytes, and where it ends."""
    first = data[position] if position < len(data) else 0
    width = 1 if first < 192 else 2 if first < 224 else 5
    if position + width > len(data) or 224 <= first < 255:
        raise malformed(source, "not a packet of a stated length")
    if width == 1:
        return first, position + 1
    if width == 2:
        return (first - 192 << 8) + data[position + 1] + 192, position + 2
    return int.from_bytes(data[position + 1 : position + 5], "big"), position + 5


def signature_fields(body: bytes, source: str) -> SignatureFields:
    """Read the hashed part of a signature packet of version 4 or 6 over a file's bytes or text.

    Raises:
        FormatFault: ``openpgp.malformed``; ``openpgp.unsupported`` for another version, and a signature over a key.
    """
    if len(body) < 6:
        raise malformed(source, "a signature that is cut off")
    if body[0] not in (4, 6) or body[1] not in (0, 1):
        detail = f"a signature of version {body[0]}, type {body[1]:#04x}"
        raise FormatFault("openpgp.unsupported", detail, place=Place(source), expected="version 4 or 6, over a file")
    width = 2 if body[0] == 4 else 4
    size = int.from_bytes(body[4 : 4 + width], "big")
    hashed = body[4 + width : 4 + width + size]
    created = lasts = None
    for kind, value in _subpackets(hashed, source):
        if kind == 2 and len(value) == 4 and created is None:
            created = int.from_bytes(value, "big")
        elif kind == 3 and len(value) == 4:
            lasts = int.from_bytes(value, "big")
    if len(hashed) != size or created is None:
        raise malformed(source, "a signature that does not say when it was made")
    return SignatureFields(created, created + lasts if lasts else None)


def _subpackets(hashed: bytes, source: str) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(hashed):
        first = hashed[position]
        # Unlike a packet's, a subpacket's length of two bytes goes up to 254.
        if 224 <= first < 255 and position + 1 < len(hashed):
            size, position = (first - 192 << 8) + hashed[position + 1] + 192, position + 2
        else:
            size, position = _length(hashed, position, source)
        if size == 0 or position + size > len(hashed):
            raise malformed(source, "a subpacket that is cut off")
        yield hashed[position] & 0x7F, hashed[position + 1 : position + size]
        position += size


def fingerprints(certificate: bytes) -> frozenset[str]:
    """OpenPGP's own fingerprints of all keys in a certificate, in hex. They say who is named, and identify nobody."""
    return frozenset(_fingerprint(each.body) for each in packets(certificate, "") if each.tag in (PUBLIC_KEY, SUBKEY))


def calls_itself(certificate: bytes) -> tuple[str, str]:
    """The fingerprint of a certificate's primary key, in hex, and the first name in it: what people know it by."""
    found = tuple(packets(certificate, ""))
    names = [packet.body.decode("utf-8", "replace") for packet in found if packet.tag == USER_ID]
    return _fingerprint(found[0].body), names[0] if names else ""


def _fingerprint(body: bytes) -> str:
    if body[:1] == b"\x06":
        return hashlib.sha256(b"\x9b" + len(body).to_bytes(4, "big") + body).hexdigest()
    framed_body = b"\x99" + (len(body) & 0xFFFF).to_bytes(2, "big") + body
    return hashlib.sha1(framed_body, usedforsecurity=False).hexdigest()


def primary_key(body: bytes, source: str) -> PrimaryKey:
    """Read a public key packet, version 4 or 6. Raises: FormatFault ``openpgp.malformed``, ``openpgp.unsupported``."""
    if len(body) < 12 or body[0] not in (4, 6):
        raise FormatFault("openpgp.unsupported", "a key of a version that is not read", place=Place(source))
    created, algorithm = int.from_bytes(body[1:5], "big"), body[5]
    material = body[6:] if body[0] == 4 else body[10:]
    if algorithm in (1, 3):
        modulus, rest = _mpi(material, source)
        return PrimaryKey("rsa", (modulus, _mpi(rest, source)[0]), created)
    if algorithm == 27:
        return PrimaryKey("ed25519", (material, b""), created)
    if algorithm in (19, 22):
        oid, rest = material[1 : 1 + material[0]], material[1 + material[0] :]
        point, _ = _mpi(rest, source)
        return PrimaryKey("ecdsa", (oid, point), created) if algorithm == 19 else _eddsa(oid, point, created, source)
    raise FormatFault("openpgp.unsupported", f"a key of algorithm {algorithm}", place=Place(source))


_ED25519 = bytes.fromhex("2b06010401da470f01")


def _eddsa(oid: bytes, point: bytes, created: int, source: str) -> PrimaryKey:
    if oid != _ED25519 or len(point) != 33 or point[0] != 0x40:
        raise FormatFault("openpgp.unsupported", "an EdDSA key that is not Ed25519", place=Place(source))
    return PrimaryKey("ed25519", (point[1:], b""), created)


def _mpi(data: bytes, source: str) -> tuple[bytes, bytes]:
    size = (int.from_bytes(data[:2], "big") + 7) // 8
    if len(data) < 2 + size or size == 0:
        raise malformed(source, "a number that is cut off")
    return data[2 : 2 + size], data[2 + size :]


def malformed(source: str, detail: str) -> FormatFault:
    """The bytes are no OpenPGP that can be read."""
    return FormatFault("openpgp.malformed", detail, place=Place(source))
