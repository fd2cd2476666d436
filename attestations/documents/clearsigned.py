"""Texts that are signed within their own file: OpenPGP's cleartext signature framework.

    -----BEGIN PGP SIGNED MESSAGE-----
    Hash: SHA512

    <text; a line that begins with a dash is written after ``- ``>
    -----BEGIN PGP SIGNATURE-----
    …

Nothing may stand before or behind: what is outside the signature would be read as inside it. Blanks at the ends of
lines are not signed, and so are not part of the text.

Spec: RFC 9580, section 7
"""

from __future__ import annotations

from ..openpgp import malformed

_BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"


def is_clearsigned(data: bytes) -> bool:
    """Whether it begins as a signed text does."""
    return data.startswith(_BEGIN)


def signed_text(data: bytes, source: str) -> bytes:
    """The text that is signed, its lines ended by ``\\n``. Raises: FormatFault ``openpgp.malformed``."""
    return split_clearsigned(data, source)[0]


def split_clearsigned(data: bytes, source: str) -> tuple[bytes, bytes]:
    """The text and the armoured signature behind it. Raises: FormatFault ``openpgp.malformed``."""
    lines = data.split(b"\n")
    if lines[0].rstrip() != _BEGIN:
        raise malformed(source, "not a signed text")
    position = 1
    while position < len(lines) and lines[position].strip():
        if not lines[position].startswith(b"Hash: "):
            raise malformed(source, "a header that a signed text does not have")
        position += 1
    text: list[bytes] = []
    for number, raw in enumerate(lines[position + 1 :], start=position + 1):
        line = raw.rstrip(b" \t\r")
        if line == _SIGNATURE:
            return b"\n".join(text) + b"\n", b"\n".join(lines[number:])
        if line.startswith(b"-") and not line.startswith(b"- "):
            raise malformed(source, "a line that begins with a dash and is not escaped")
        text.append(line.removeprefix(b"- "))
    raise malformed(source, "a signed text without a signature")
