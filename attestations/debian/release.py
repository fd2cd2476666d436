"""Release: what an archive signs. It names itself and every index by digest and size.

    InRelease      the text within its own signature
    Release        the text, its signatures beside it in Release.gpg

Only what SHA-256 identifies is listed here: an index by MD5 or SHA-1 alone is not.

Spec: https://wiki.debian.org/DebianRepository/Format, "Release" files; apt-secure(8)
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from ..digests import Digest
from ..documents.clearsigned import is_clearsigned, signed_text
from ..documents.document import Document
from ..faults import FormatFault, Place
from ..limits import Limits
from .deb822 import malformed, read_stanza, required

_LISTED = re.compile(r" *([0-9a-f]{64}) +([0-9]{1,15}) +(\S+)\Z")
_PATH = re.compile(r"(?:[A-Za-z0-9~+_][A-Za-z0-9~+_.-]*/)*[A-Za-z0-9~+_][A-Za-z0-9~+_.-]*\Z")
_INDEX = re.compile(r"(?:(?P<component>.+)/)?binary-(?P<architecture>[^/]+)/Packages(?:\.[a-z0-9]+)?\Z")
_DATE = re.compile(
    r"[A-Z][a-z]{2}, +(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:UTC|GMT|Z|[+-]0000)\Z", re.ASCII
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ListedIndex(Struct, frozen=True):
    """A file of the archive, by its path below the Release. Of packages' indexes the path says whose they are."""

    path: str
    size: int
    digest: Digest

    @property
    def component(self) -> str | None:
        """``main``, ``updates/main``; None for another file than an index of packages, and in a flat archive."""
        found = _INDEX.match(self.path)
        return found["component"] if found is not None else None

    @property
    def architecture(self) -> str | None:
        """``amd64``, ``all``; None for another file than an index of packages, and in a flat archive."""
        found = _INDEX.match(self.path)
        return found["architecture"] if found is not None else None


class Release(Struct, frozen=True):
    """What an archive says of itself. Texts are None where it does not say; `date` and `until` are aware, in UTC.

    `text` is the digest of all of it, without the signatures that may be around it.
    """

    origin: str | None
    label: str | None
    suite: str | None
    codename: str | None
    date: datetime.datetime
    until: datetime.datetime | None
    architectures: tuple[str, ...]
    components: tuple[str, ...]
    indexes: tuple[ListedIndex, ...]
    text: Digest

    def listed(self, digest: Digest) -> tuple[ListedIndex, ...]:
        """The files of this digest, under whatever paths."""
        return tuple(index for index in self.indexes if index.digest == digest)


def release_text(document: Document) -> bytes:
    """The text of the Release, without the signature that may be around it. Raises: FormatFault
    ``openpgp.malformed``."""
    return signed_text(document.content, document.source) if is_clearsigned(document.content) else document.content


def parse_release(document: Document, limits: Limits) -> Release:
    """Read a Release or InRelease.

    Raises:
        FormatFault: ``debian.malformed``; ``debian.weak`` where no file is listed by SHA-256; ``openpgp.malformed``.
        LimitFault: ``limit.subjects``.
    """
    source = document.source
    text = release_text(document)
    fields = read_stanza(text, source)
    until = fields.get("valid-until")
    return Release(
        origin=_line(fields, "origin", source),
        label=_line(fields, "label", source),
        suite=_line(fields, "suite", source),
        codename=_line(fields, "codename", source),
        date=parse_date(required(fields, "Date", source), source),
        until=parse_date(until, source) if until is not None else None,
        architectures=tuple(fields.get("architectures", "").split()),
        components=tuple(fields.get("components", "").split()),
        indexes=tuple(_indexes(fields, source, limits)),
        text=Digest("sha256", hashlib.sha256(text).hexdigest()),
    )


def _line(fields: Mapping[str, str], name: str, source: str) -> str | None:
    return required(fields, name, source) if name in fields else None


def _indexes(fields: Mapping[str, str], source: str, limits: Limits) -> Iterator[ListedIndex]:
    listed = fields.get("sha256")
    if listed is None:
        detail = "a Release that lists nothing by a digest that identifies a file"
        raise FormatFault("debian.weak", detail, place=Place(source), expected="SHA256")
    first, *lines = listed.split("\n")
    limits.check("subjects", len(lines), Place(source))
    seen: dict[str, ListedIndex] = {}
    for line in lines:
        found = _LISTED.match(line)
        if first or found is None or not _PATH.match(found[3]):
            raise malformed("not a digest, a size and a path", source, line)
        index = ListedIndex(found[3], int(found[2]), Digest("sha256", found[1]))
        if seen.setdefault(index.path, index) is not index:
            raise malformed("one path twice", source, index.path)
        yield index


def parse_date(text: str, source: str) -> datetime.datetime:
    """A moment as Release files write it, in UTC. Raises: FormatFault ``debian.malformed``."""
    found = _DATE.match(text)
    if found is not None and found[2] in _MONTHS:
        day, year, hour, minute, second = (int(found[group]) for group in (1, 3, 4, 5, 6))
        try:
            return datetime.datetime(year, _MONTHS.index(found[2]) + 1, day, hour, minute, second, tzinfo=datetime.UTC)
        except ValueError:
            pass
    raise malformed("not a date in UTC", source, text)
