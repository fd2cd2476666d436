r"""Canonical JSON as One Laptop Per Child wrote it down: the bytes that in-toto's and TUF's own signatures cover.

    {"b": [1, true], "a": "x\ny"}   ─►   {"a":"x⏎y","b":[1,true]}

Keys are sorted by code point, nothing stands between tokens, and in strings only the quote and the backslash are
escaped: a line break stands as itself, so that the canonical form is not JSON in general. There are no floats.

Spec: http://wiki.laptop.org/go/Canonical_JSON; in-toto specification, section 4.2 (file formats)
"""

from __future__ import annotations

from typing import Any

from .faults import FormatFault, Place


def canonical(value: Any, place: Place | None = None) -> bytes:
    """The canonical bytes of `value`, out of `strict_json.loads`: every member that was received, known to us or not.

    Raises:
        FormatFault: ``olpc.float``.
    """
    return _written(value, place).encode("utf-8")


def _written(value: Any, place: Place | None) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(_written(item, place) for item in value)}]"
    if isinstance(value, dict):
        members = (f"{_text(name)}:{_written(value[name], place)}" for name in sorted(value))
        return f"{{{','.join(members)}}}"
    raise FormatFault("olpc.float", "canonical JSON has no fractions", place=place, actual=repr(value)[:80])


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
