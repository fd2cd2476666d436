"""Uploads that can be broken off: an artifact comes in parts, each kept as soon as it came, by whichever node took it.

    begin ──► take, take, … ──► the last part: the whole is hashed; it is an artifact, or not what was announced

A part is a blob that begins with a line by chance that nobody is told, so that it can be nobody's evidence, artifact or
trust as well, and can be let go of. What a client sent before it was cut off counts: it carries on from there. An
upload that is a week old is let go of.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.faults import Fault

from ...effects.chance import draw, draw_id
from ...effects.faults import RequestFault
from ...store import uploads
from ...store.blobs import Blobs
from ...store.database import Database
from ...store.uploads import Part, Upload
from .artifacts import store_artifact
from .labels import check_label, check_sha256
from .service import Principal, Service

LIFE = datetime.timedelta(days=7)
"""How long an upload may take."""

MOST = 64
"""Uploads that a tenant may have under way."""

MOST_PARTS = 10_000
"""Parts that one upload may come in."""

MARK = 32
"""Bytes of chance at the beginning of a part: whoever could foresee its bytes could hand them in as evidence too, and
have them deleted with the upload."""

_SWEPT = 8
"""Old uploads that are let go of when one begins."""


class Progress(Struct, frozen=True):
    """An upload, and how many of its bytes came."""

    upload: Upload
    offset: int

    @property
    def expires(self) -> datetime.datetime:
        """When it is let go of."""
        return self.upload.created + LIFE


def begin_upload(service: Service, principal: Principal, sha256: str, name: str | None, size: int) -> Progress:
    """Announce an artifact of `size` bytes and this digest.

    Raises:
        RequestFault: ``request.invalid``, ``request.too_large``, ``upload.too_many``.
    """
    check_sha256(sha256)
    largest = service.settings.largest_artifact
    if size > largest:
        raise RequestFault(
            "request.too_large", "the artifact is too large", expected=f"at most {largest} bytes", actual=str(size)
        )
    now = service.clock.now()
    named = check_label(name) if name is not None else f"sha256:{sha256}"
    upload = Upload(draw_id("upload"), principal.tenant, sha256, named, size, now)
    sweep_uploads(service.database, service.blobs, now - LIFE)
    with service.database.writing() as connection:
        if uploads.under_way(connection, principal.tenant) >= MOST:
            raise RequestFault("upload.too_many", "too many uploads are under way", expected=f"at most {MOST}")
        uploads.insert(connection, upload)
    return Progress(upload, 0) if size else _finish(service, principal, upload, ())


def find_upload(service: Service, principal: Principal, upload: str) -> Progress:
    """How far the tenant's upload is.

    Raises:
        RequestFault: ``request.not_found``, also of one that is too old.
    """
    found, parts = _standing(service, principal, upload)
    return Progress(found, found.size if found.done is not None else _end(parts))


def take_part(service: Service, principal: Principal, upload: str, start: int, chunks: Iterable[bytes]) -> Progress:
    """Take the bytes from `start` on, as many as come.

    Raises:
        RequestFault: ``request.not_found``; ``upload.offset``: they do not begin where the last ones ended, or go
            beyond the end; and what ended the body before its end, once what came of it is kept.
        StoreFault: ``blob.digest_mismatch``: the whole is not what was announced, and is gone; ``store.*``.
    """
    found, parts = _standing(service, principal, upload)
    if found.done is not None or start != _end(parts) or len(parts) >= MOST_PARTS:
        wanted = found.size if found.done is not None else _end(parts)
        raise RequestFault("upload.offset", "the upload is not there", expected=str(wanted), actual=str(start))
    coming = _Coming(chunks, found.size - start)
    blob = service.blobs.put(_marked(coming)).sha256
    part = Part(found.id, start, coming.size, blob)
    if start + coming.size == found.size:
        return _finish(service, principal, found, (*parts, part))
    taken = _take(service, part)
    if coming.end is not None:
        raise coming.end
    if coming.size and not taken:
        raise RequestFault("upload.offset", "another request sends this part", actual=str(start))
    return find_upload(service, principal, upload)


def _take(service: Service, part: Part) -> bool:
    """Write a part down, unless it is empty or another came first; then its blob, which is no other's, goes."""
    with service.database.writing() as connection:
        if part.size > 0 and uploads.add(connection, part):
            return True
    service.blobs.delete(part.blob)
    return False


def end_upload(service: Service, principal: Principal, upload: str) -> None:
    """Let go of an upload. Raises: RequestFault ``request.not_found``."""
    found, _ = _standing(service, principal, upload)
    _remove(service.database, service.blobs, found)


def sweep_uploads(database: Database, blobs: Blobs, before: datetime.datetime) -> int:
    """Let go of uploads that began before a moment, a few at a time; how many."""
    with database.reading() as connection:
        old = uploads.begun_before(connection, before, _SWEPT)
    for upload in old:
        _remove(database, blobs, upload)
    return len(old)


class _Coming:
    """The bytes of a part as they come. Where the body is cut off, they end, and `end` says why."""

    def __init__(self, chunks: Iterable[bytes], largest: int) -> None:
        self._chunks = chunks
        self._largest = largest
        self.size = 0
        self.end: Fault | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._chunks:
                if self.size + len(chunk) > self._largest:
                    raise _beyond(self._largest)
                self.size += len(chunk)
                yield chunk
        except RequestFault as fault:
            if fault.reason == "upload.offset":
                raise
            self.end = fault


def _beyond(largest: int) -> RequestFault:
    return RequestFault("upload.offset", "more bytes than were announced", expected=f"at most {largest} more")


def _marked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield f"{draw(MARK).hex()}\n".encode()
    yield from chunks


def _content(service: Service, parts: Iterable[Part]) -> Iterator[bytes]:
    for part in parts:
        mark = True
        for chunk in service.blobs.chunks(part.blob):
            # The mark is its first line, which lies in the first chunk.
            yield chunk.partition(b"\n")[2] if mark else chunk
            mark = False


def _standing(service: Service, principal: Principal, upload: str) -> tuple[Upload, tuple[Part, ...]]:
    with service.database.reading() as connection:
        found = uploads.by_id(connection, principal.tenant, upload)
        parts = uploads.parts_of(connection, upload) if found is not None else ()
    if found is None or found.created + LIFE <= service.clock.now():
        raise RequestFault("request.not_found", "no upload of this id", actual=upload[:80])
    return found, parts


def _end(parts: tuple[Part, ...]) -> int:
    return parts[-1].start + parts[-1].size if parts else 0


def _finish(service: Service, principal: Principal, upload: Upload, parts: tuple[Part, ...]) -> Progress:
    """Make the whole an artifact. The last part is written down by nobody before: cut off here, it is sent again."""
    try:
        store_artifact(service, principal, upload.sha256, upload.name, _content(service, parts))
    except Fault as fault:
        if fault.reason == "blob.digest_mismatch":
            _remove(service.database, service.blobs, upload, parts)
        raise
    with service.database.writing() as connection:
        uploads.finish(connection, upload.id, service.clock.now())
    _let_go(service.blobs, parts)
    return Progress(upload, upload.size)


def _remove(database: Database, blobs: Blobs, upload: Upload, parts: tuple[Part, ...] = ()) -> None:
    with database.writing() as connection:
        known = uploads.parts_of(connection, upload.id)
        uploads.remove(connection, upload.id)
    _let_go(blobs, {*known, *parts})


def _let_go(blobs: Blobs, parts: Iterable[Part]) -> None:
    for part in parts:
        blobs.delete(part.blob)
