"""Fields as Debian writes them: ``Name: value``, and lines that begin with a blank go on.

Read strictly, since programs differ in what they make of the rest: no field twice, in whatever case; no remark; no
return of the carriage; no line of blanks alone.

Spec: Debian Policy 4.7, section 5.1; deb822(5)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..faults import FormatFault, Place
from ..strict_json import shown

_FIELD = re.compile(r"([!\"$-,.-9;-~][!-9;-~]*):[ \t]*(.*)\Z")
_LONGEST_NAME = 128


def read_stanza(data: bytes, source: str) -> Mapping[str, str]:
    """The fields of one stanza by their names in lower case; the lines of a value are joined by ``\\n``.

    Raises:
        FormatFault: ``debian.malformed``.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed("not UTF-8", source, offset=error.start) from None
    values: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in _lines(text, source):
        if line[0] in " \t":
            if last is None:
                raise malformed("a line that goes on where nothing began", source, line)
            last.append(line[1:].rstrip(" \t"))
            continue
        found = _FIELD.match(line)
        if found is None or len(found[1]) > _LONGEST_NAME:
            raise malformed("not a field", source, line)
        name = found[1].lower()
        if name in values:
            raise malformed("a field twice", source, found[1])
        last = values[name] = [found[2].rstrip(" \t")]
    if not values:
        raise malformed("no fields", source)
    return {name: "\n".join(lines) for name, lines in values.items()}


def _lines(text: str, source: str) -> Iterator[str]:
    if "\r" in text or "\0" in text:
        raise malformed("a character that no such file holds", source)
    for line in text.strip("\n").split("\n"):
        if not line.strip(" \t"):
            raise malformed("a line of nothing within a stanza", source)
        yield line


def required(fields: Mapping[str, str], name: str, source: str) -> str:
    """The value of a field, one line that prints. Raises: FormatFault ``debian.malformed``."""
    value = fields.get(name.lower())
    if not value or not value.isprintable():
        raise malformed(f"no {name}, or not one line that prints", source, value)
    return value


def malformed(detail: str, source: str, actual: str | None = None, *, offset: int | None = None) -> FormatFault:
    """The bytes are not what Debian's tools write."""
    return FormatFault(
        "debian.malformed",
        detail,
        place=Place(source, offset=offset),
        actual=shown(actual) if actual is not None else None,
    )
