"""Bytes by their SHA-256: the store of everything larger than a row. Local files, or S3.

    file:///var/lib/countersign/blobs        s3://bucket/prefix?endpoint=https://objects.example&region=eu-central-1

What is given out was hashed again: a blob that is not what its name says is never taken for it. A blob appears whole
or not at all. A put leaves one alone that is whole, and heals one that is damaged: the same name is the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from attestations.digests import MEASURED
from attestations.measure.digests import DigestMeasurer

from .faults import StoreFault

CHUNK = 1024 * 1024
"""Bytes read at a time."""

SHA256 = re.compile(r"[0-9a-f]{64}")


class Stored(Struct, frozen=True):
    """Bytes that are kept: their SHA-256 (hex), how many they are, and all that was measured, by algorithm."""

    sha256: str
    size: int
    digests: dict[str, str]


class Blobs(Protocol):
    """Bytes by their SHA-256, which is 64 lower-case hex digits everywhere."""

    def put(self, chunks: Iterable[bytes], expected: str | None = None) -> Stored:
        """Keep the bytes, on disk before this returns; refuse those whose SHA-256 is not `expected`.

        Raises:
            StoreFault: ``blob.digest_mismatch``, ``store.full``, ``store.unavailable``.
        """
        ...

    def put_bytes(self, content: bytes) -> str:
        """Keep bytes that are in memory; their SHA-256."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes, all in memory.

        Raises:
            StoreFault: ``blob.missing``, ``blob.damaged``, ``store.unavailable``.
        """
        ...

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes in order; the last of them only once the whole is what its name says.

        Raises:
            StoreFault: ``blob.missing`` at once; ``blob.damaged`` before the last chunk, ``store.unavailable``.
        """
        ...

    def has(self, sha256: str) -> bool:
        """Whether there are bytes of that name."""
        ...

    def delete(self, sha256: str) -> None:
        """Let go of the bytes, where they are kept."""
        ...

    def names(self) -> Iterator[str]:
        """The SHA-256 of all that is kept, in no order."""
        ...

    def check(self) -> None:
        """That the store answers; of files, that one can be written.

        Raises:
            StoreFault: ``store.unavailable``, ``store.full``.
        """
        ...


def open_blobs(url: str) -> Blobs:
    """The blobs at `url`: ``file:///DIR``, or ``s3://BUCKET/PREFIX?endpoint=…&region=…``.

    Credentials of S3 are never in it: AWS_ACCESS_KEY_ID and its like are read where it is opened.

    Raises:
        StoreFault: ``store.url``.
    """
    parts = urlsplit(url)
    settings = dict(parse_qsl(parts.query))
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/") and not settings:
        from .local_blobs import LocalBlobs

        return LocalBlobs(unquote(parts.path))
    if parts.scheme == "s3" and parts.netloc and settings.keys() <= {"endpoint", "region"}:
        from .object_blobs import ObjectBlobs

        return ObjectBlobs(parts.netloc, parts.path.strip("/"), **settings)
    raise StoreFault(
        "store.url",
        f"{url} is no place where this service keeps bytes",
        expected="file:///DIR or s3://BUCKET/PREFIX?endpoint=URL&region=NAME",
        actual=url,
    )


def measured(chunks: Iterable[bytes], feed: Callable[[bytes], object]) -> Stored:
    """Give every chunk to `feed`, and tell what they are together."""
    measurer = DigestMeasurer(MEASURED)
    for chunk in chunks:
        measurer.feed(chunk)
        feed(chunk)
    measurements = measurer.finish()
    digests = {digest.algorithm: digest.hex for digest in measurements.digests}
    return Stored(digests["sha256"], measurements.size, digests)


def check_name(sha256: str) -> None:
    """Raise ValueError unless `sha256` can be the name of a blob: it becomes a path."""
    if SHA256.fullmatch(sha256) is None:
        raise ValueError("a blob is named by 64 lower-case hex digits")


def check_expected(stored: Stored, expected: str | None) -> None:
    """That bytes are those that were announced.

    Raises:
        StoreFault: ``blob.digest_mismatch``.
    """
    if expected is not None and stored.sha256 != expected:
        raise StoreFault(
            "blob.digest_mismatch",
            f"the {stored.size} bytes that came are not those that were announced",
            expected=f"sha256:{expected}",
            actual=f"sha256:{stored.sha256}",
        )


def checked(sha256: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, of which the last comes only when the SHA-256 of all is `sha256`.

    Raises:
        StoreFault: ``blob.damaged``.
    """
    running = hashlib.sha256()
    held = b""
    for chunk in chunks:
        running.update(chunk)
        if held:
            yield held
        held = chunk
    if running.hexdigest() != sha256:
        raise StoreFault(
            "blob.damaged",
            "what is kept under a digest are other bytes",
            expected=f"sha256:{sha256}",
            actual=f"sha256:{running.hexdigest()}",
        )
    yield held


def missing(sha256: str) -> StoreFault:
    """The fault of a blob that is not there."""
    return StoreFault("blob.missing", f"the bytes of sha256:{sha256} are not kept here")
