"""Measurers: what is computed over an artifact's bytes, so that no parser and no check ever holds them.

A measurer is fed the artifact's bytes in order, in chunks of any size, and then finished once. It reads no file: `api`
drives every measurer that the evidence asks for in one pass over the artifact.

    measurer = DigestMeasurer({"sha256", "sha512"})
    for chunk in chunks:
        measurer.feed(chunk)
    digests = measurer.finish()
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from .digests import DigestMeasurer, Measurements

Measured = TypeVar("Measured", covariant=True)


class Measurer(Protocol[Measured]):
    """Fed all bytes of one artifact in order, then finished: what it measured. Feeding after that is misuse."""

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes; the chunk is not kept."""

    def finish(self) -> Measured:
        """What was measured over all bytes fed."""


__all__ = ["DigestMeasurer", "Measurements", "Measurer"]
