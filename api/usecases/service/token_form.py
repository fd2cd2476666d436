"""What a token looks like: its prefix and checksum let anyone who finds one tell it, and nobody make one.

    cs_  6Hk…43 characters…q  Xy01Ab
    │    │                    └ CRC-32 of what stands before it, six characters: a scanner needs no list to be sure
    │    └ 256 random bits, most significant first
    └ what it is

Both in base 62, ``0-9A-Za-z``, so that a double click takes the whole. Only the SHA-256 is kept anywhere: with 256 bits
of chance in it, no salt and no slow hash would add anything. It is looked up by that hash, which no attacker can
steer towards a row, so the time a look-up takes tells nothing of what is stored.
"""

from __future__ import annotations

import binascii
import hashlib
import re

from ...effects.faults import AccessFault

PREFIX = "cs_"
BITS = 256

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_WIDTH, _CHECK_WIDTH = 43, 6
FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM_WIDTH + _CHECK_WIDTH}}}")
"""What a scanner looks for."""


def write_secret(chance: bytes) -> str:
    """The token that 32 bytes of chance make."""
    if len(chance) * 8 != BITS:
        raise ValueError(f"a token holds {BITS} bits")
    body = PREFIX + _base62(int.from_bytes(chance), _RANDOM_WIDTH)
    return body + _check(body)


def hash_secret(secret: str) -> str:
    """The SHA-256 (hex) by which a token is looked up.

    Raises:
        AccessFault: ``token.malformed``: not of a token's form, or its checksum is wrong.
    """
    if FORM.fullmatch(secret) is None or _check(secret[:-_CHECK_WIDTH]) != secret[-_CHECK_WIDTH:]:
        raise AccessFault("token.malformed", "what was sent as a token is none of this service's form")
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def _check(body: str) -> str:
    return _base62(binascii.crc32(body.encode("ascii")), _CHECK_WIDTH)


def _base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
