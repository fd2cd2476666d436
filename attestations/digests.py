"""Digests by name: ``sha256:<hex>``, and sets of them over the same bytes.

An algorithm is always stated and never guessed from a length: 128 hex digits may be SHA-512, SHA3-512 or BLAKE2b (T07).
Only *strong* algorithms identify an artifact. SHA-1 and MD5 are kept where evidence gives them, and bind nothing (T08).

Spec: in-toto attestation framework, DigestSet, https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .faults import FormatFault, Place

STRONG: Mapping[str, int] = {"sha256": 32, "sha384": 48, "sha512": 64}
"""Algorithms that identify an artifact, with the bytes of their digest."""

_HEX = re.compile(r"[0-9a-f]+\Z")


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """One digest: `algorithm` as in-toto spells it, `hex` in lower case."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @property
    def raw(self) -> bytes:
        return bytes.fromhex(self.hex)

    @property
    def strong(self) -> bool:
        return self.algorithm in STRONG


@dataclass(frozen=True, slots=True)
class DigestSet:
    """Digests of the same bytes, one an algorithm, sorted by algorithm."""

    digests: tuple[Digest, ...]

    def __post_init__(self) -> None:
        names = [digest.algorithm for digest in self.digests]
        if names != sorted(set(names)):
            raise ValueError("one digest an algorithm, sorted")

    def __iter__(self) -> Iterator[Digest]:
        return iter(self.digests)

    def get(self, algorithm: str) -> Digest | None:
        return next((digest for digest in self.digests if digest.algorithm == algorithm), None)

    @property
    def strong(self) -> tuple[Digest, ...]:
        return tuple(digest for digest in self.digests if digest.strong)


def parse_digest(text: str) -> Digest:
    """Read ``alg:hex`` for a strong algorithm, in lower case and of that algorithm's length.

    Raises:
        FormatFault: ``digest.malformed``, also for a bare hex string and for an algorithm that identifies nothing.
    """
    algorithm, colon, value = text.partition(":")
    size = STRONG.get(algorithm)
    if not colon or size is None or len(value) != 2 * size or not _HEX.match(value):
        raise FormatFault(
            "digest.malformed",
            f"not a digest: {text[:80]!r}",
            place=Place(),
            expected="sha256:, sha384: or sha512: and lower-case hex of that length",
            actual=text[:160],
        )
    return Digest(algorithm, value)
