"""Packages: an archive's index, every package with its digest. Compressed or not; only what is asked for is read.

An index holds a hundred thousand stanzas. Those that have the digest are found by searching bytes, and read strictly.

Spec: https://wiki.debian.org/DebianRepository/Format, "Packages" indices
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from msgspec import Struct

from ..digests import Digest
from ..documents.document import Document
from ..file_names import stays_beneath
from ..limits import Limits
from .compression import expand
from .deb822 import malformed, read_stanza, required

SEARCHED = 32
"""Packages that are searched for one by one: a table of an index of 50 MB takes the time of as many."""

_FIELD = re.compile(rb"(?i:sha256):[ \t]*")
_LISTED = re.compile(rb"(?m)^(?i:sha256):[ \t]*([0-9a-f]{64})")


class Entry(Struct, frozen=True):
    """What an index says of one package; `offset` is where in it, its compression undone."""

    name: str
    version: str
    architecture: str
    filename: str
    size: int
    sha256: str
    offset: int


class PackageIndex:
    """An index about which several packages are asked: expanded once, and searched until a table of it is cheaper."""

    def __init__(self, document: Document, limits: Limits) -> None:
        self._document = document
        self._limits = limits
        self._content: bytes | None = None
        self._digest: Digest | None = None
        self._table: dict[bytes, list[int]] | None = None
        self._found: dict[str, tuple[Entry, ...]] = {}

    def entries(self, sha256: str) -> tuple[Entry, ...]:
        """The entries of the package of this digest, in lower case; none where the index does not list it.

        Raises:
            FormatFault: ``debian.malformed``, ``debian.compression``.
            LimitFault: ``limit.expanded``.
        """
        if sha256 not in self._found:
            content, source = self._expanded(), self._document.source
            found = (_entry(content[start:stop], start, source) for start, stop in self._stanzas(content, sha256))
            self._found[sha256] = tuple(found)
        return self._found[sha256]

    def digest(self) -> Digest:
        """The SHA-256 of what the index expands to: a Release lists that, too. Raises as `entries`."""
        if self._digest is None:
            self._digest = Digest("sha256", hashlib.sha256(self._expanded()).hexdigest())
        return self._digest

    def _expanded(self) -> bytes:
        if self._content is None:
            self._content = expand(self._document.content, self._document.source, self._limits.manifest)
        return self._content

    def _stanzas(self, content: bytes, sha256: str) -> Iterator[tuple[int, int]]:
        """From where to where the stanzas go that hold the digest in a field of its own."""
        value = sha256.encode("ascii")
        if self._table is None and len(self._found) >= SEARCHED:
            self._table = {}
            for field in _LISTED.finditer(content):
                self._table.setdefault(field[1], []).append(field.start())
        lines = _search(content, value) if self._table is None else self._table.get(value, ())
        for line in lines:
            before, behind = content.rfind(b"\n\n", 0, line), content.find(b"\n\n", line)
            yield before + 2 if before >= 0 else 0, behind if behind >= 0 else len(content)


def _search(content: bytes, value: bytes) -> Iterator[int]:
    """Where the lines begin that hold `value` in a field of its own."""
    at = content.find(value)
    while at >= 0:
        line = content.rfind(b"\n", 0, at) + 1
        if _FIELD.fullmatch(content[line:at]):
            yield line
        at = content.find(value, at + len(value))


def find_entries(document: Document, sha256: str, limits: Limits) -> tuple[Entry, ...]:
    """The entries of one package, as `PackageIndex`."""
    return PackageIndex(document, limits).entries(sha256)


def _entry(stanza: bytes, offset: int, source: str) -> Entry:
    fields = read_stanza(stanza, source)
    size = required(fields, "Size", source)
    if not re.fullmatch(r"[0-9]{1,15}", size, re.ASCII):
        raise malformed("not a size", source, size)
    filename = required(fields, "Filename", source)
    if not stays_beneath(filename):
        raise malformed("a file outside the archive", source, filename)
    return Entry(
        name=required(fields, "Package", source),
        version=required(fields, "Version", source),
        architecture=required(fields, "Architecture", source),
        filename=filename,
        size=int(size),
        sha256=required(fields, "SHA256", source),
        offset=offset,
    )
