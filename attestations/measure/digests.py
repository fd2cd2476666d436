"""Digests and size of an artifact, in one pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from ..digests import MEASURED, Digest, DigestSet


class Measurements(Struct, frozen=True):
    """What is known of an artifact's bytes: their digests, and how many they are."""

    digests: DigestSet
    size: int


class DigestMeasurer:
    """Computes several digests over the same bytes. Memory does not grow with the artifact."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        names = sorted(set(algorithms))
        if not names or not set(names) <= MEASURED.keys():
            raise ValueError(f"one or more of {', '.join(MEASURED)}")
        self._hashes = [(name, hashlib.new(name, usedforsecurity=True)) for name in names]
        self._size = 0
        self._finished = False

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes."""
        if self._finished:
            raise ValueError("fed after finishing")
        for _, running in self._hashes:
            running.update(chunk)
        self._size += len(chunk) if not isinstance(chunk, memoryview) else chunk.nbytes

    def finish(self) -> Measurements:
        """The digests, sorted by algorithm, and the size in bytes."""
        self._finished = True
        digests = tuple(Digest(name, running.hexdigest()) for name, running in self._hashes)
        return Measurements(DigestSet(digests), self._size)
