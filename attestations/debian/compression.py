"""Compressed files of an archive, expanded to a limit and no further: a bomb costs what the limit allows.

    xz    gzip    none        what Python's own library reads; zstd is not read

One stream, whole, and nothing behind it.
"""

from __future__ import annotations

from typing import Protocol

from ..faults import FormatFault, LimitFault, Place
from .deb822 import malformed

XZ, GZIP, ZSTD = b"\xfd7zXZ\x00", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MEMORY = 96 << 20
"""Bytes that xz may hold: xz -9 asks for 65 MiB."""


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


def expand(data: bytes, source: str, limit: int) -> bytes:
    """`data`, expanded where it is compressed, to at most `limit` bytes.

    Raises:
        FormatFault: ``debian.malformed``; ``debian.compression`` for one that is not read.
        LimitFault: ``limit.expanded``.
    """
    if data.startswith(ZSTD):
        raise FormatFault("debian.compression", "compressed by zstd", place=Place(source), expected="xz or gzip")
    if not is_compressed(data):
        return data
    expanded, stream = _expanded(data, source, limit)
    if len(expanded) > limit:
        raise LimitFault(
            "limit.expanded",
            f"it expands to more than {limit} bytes",
            place=Place(source),
            expected=f"at most {limit}",
            actual=f"more than {limit}",
        )
    if not stream.eof or stream.unused_data:
        raise malformed("a compressed stream that is cut off, or not alone", source)
    return expanded


def is_compressed(data: bytes) -> bool:
    """Whether it is of a form that is expanded here, by its looks."""
    return data.startswith((XZ, GZIP))


def begins(data: bytes, length: int) -> bytes:
    """The first bytes of what `data` expands to, as far as it can be read: for looks, nothing else."""
    try:
        return _expanded(data[:4096], "", length)[0] if is_compressed(data) else data[:length]
    except FormatFault:
        return b""


def _expanded(data: bytes, source: str, limit: int) -> tuple[bytes, _Stream]:
    import lzma
    import zlib

    try:
        if data.startswith(XZ):
            unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)
            return unpacker.decompress(data, limit + 1), unpacker
        inflater = zlib.decompressobj(wbits=31)
        return inflater.decompress(data, limit + 1), inflater
    except (lzma.LZMAError, zlib.error, EOFError):
        raise malformed("a compressed stream that does not expand", source) from None
