"""Text of foreign origin made safe to show: nothing in a name can move a cursor, hide a letter or turn a line around.

Control characters, escapes, direction marks, invisible and unassigned code points, and the halves of undecodable file
names are written out as ``\\x1b`` or ``\\u202e``; so is whatever the terminal's encoding cannot carry (T99).

Spec: Unicode Standard, general categories, https://www.unicode.org/reports/tr44/#General_Category_Values
"""

from __future__ import annotations

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN_SPACE = " "


def visible(text: str, encoding: str = "utf-8") -> str:
    """`text` on one line, as it may be written to a terminal of that encoding."""
    return "".join(_shown(character, encoding) for character in text)


def _shown(character: str, encoding: str) -> str:
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category in _UNSAFE or (category == "Zs" and character != _PLAIN_SPACE):
        return _escape(character)
    try:
        character.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _escape(character)
    return character


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # a byte of a file name that is not in the file system's encoding
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns(text: str) -> int:
    """How many terminal columns a `visible` text fills: East Asian wide characters take two, combining marks none.

    Spec: Unicode Standard Annex 11, https://www.unicode.org/reports/tr11/
    """
    if text.isascii():
        return len(text)
    return sum(_column(character) for character in text)


def _column(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
