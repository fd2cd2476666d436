"""Packages: an archive's index, every package with its digest. Compressed or not; only what is asked for is read.

An index holds a hundred thousand stanzas. Those that have the digest are found by searching bytes, and read strictly.

Spec: https://wiki.debian.org/DebianRepository/Format, "Packages" indices
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..documents.document import Document
from ..limits import Limits
from .compression import expand
from .deb822 import malformed, read_stanza, required

_FIELD = re.compile(rb"(?i:sha256):[ \t]*")


class Entry(Struct, frozen=True):
    """What an index says of one package; `offset` is where in it, its compression undone."""

    name: str
    version: str
    architecture: str
    filename: str
    size: int
    sha256: str
    offset: int


def find_entries(document: Document, sha256: str, limits: Limits) -> tuple[Entry, ...]:
    """The entries of the package of this digest, in lower case; none where the index does not list it.

    Raises:
        FormatFault: ``debian.malformed``, ``debian.compression``.
        LimitFault: ``limit.expanded``.
    """
    content = expand(document.content, document.source, limits.manifest)
    return tuple(_entry(content[start:stop], start, document.source) for start, stop in _stanzas(content, sha256))


def _stanzas(content: bytes, sha256: str) -> Iterator[tuple[int, int]]:
    """From where to where the stanzas go that hold the digest in a field of its own."""
    value = sha256.encode("ascii")
    at = content.find(value)
    while at >= 0:
        line = content.rfind(b"\n", 0, at) + 1
        if _FIELD.fullmatch(content[line:at]):
            before, behind = content.rfind(b"\n\n", 0, at), content.find(b"\n\n", at)
            yield before + 2 if before >= 0 else 0, behind if behind >= 0 else len(content)
        at = content.find(value, at + len(value))


def _entry(stanza: bytes, offset: int, source: str) -> Entry:
    fields = read_stanza(stanza, source)
    size = required(fields, "Size", source)
    if not re.fullmatch(r"[0-9]{1,15}", size, re.ASCII):
        raise malformed("not a size", source, size)
    return Entry(
        name=required(fields, "Package", source),
        version=required(fields, "Version", source),
        architecture=required(fields, "Architecture", source),
        filename=required(fields, "Filename", source),
        size=int(size),
        sha256=required(fields, "SHA256", source),
        offset=offset,
    )
