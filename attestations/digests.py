"""Digests by name: ``sha256:<hex>``, and sets of them over the same bytes.

An algorithm is always stated and never guessed from a length: 128 hex digits may be SHA-512, SHA3-512 or BLAKE2b (T07).
Only *strong* algorithms identify an artifact. SHA-1 and MD5 are kept where evidence gives them, and bind nothing (T08).

Spec: in-toto attestation framework, DigestSet, https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from .faults import FormatFault, Place
from .strict_json import Node, shown

STRONG: Mapping[str, int] = {"sha256": 32, "sha384": 48, "sha512": 64}
"""Algorithms that identify an artifact, with the bytes of their digest."""

BLAKE2B = "blake2b"
"""BLAKE2b-512, as in-toto spells it: what minisign signs. It is measured for that, and identifies nothing by itself."""

MEASURED: Mapping[str, int] = {**STRONG, BLAKE2B: 64}
"""Algorithms by which artifacts are measured, with the bytes of their digest."""

_HEX = re.compile(r"[0-9a-f]+\Z")

_HEX_DIGITS: Mapping[str, tuple[int, ...]] = {
    **{algorithm: (2 * size,) for algorithm, size in STRONG.items()},
    "md5": (32,),
    "sha1": (40,),
    "sha224": (56,),
    "sha512_224": (56,),
    "sha512_256": (64,),
    "sha3_224": (56,),
    "sha3_256": (64,),
    "sha3_384": (96,),
    "sha3_512": (128,),
    "gitCommit": (40, 64),
    "gitTree": (40, 64),
    "gitBlob": (40, 64),
    "gitTag": (40, 64),
}
"""Hex digits of each algorithm whose values we know the shape of; a git object id is SHA-1 or SHA-256."""


class Digest(Struct, frozen=True, order=True):
    """One digest: `algorithm` as in-toto spells it, `hex` in lower case.

    Of an algorithm that we do not know, `hex` is the value as found, whatever its encoding; nothing compares it.
    """

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

    @property
    def opaque(self) -> bool:
        """Whether it is of no algorithm that we know: somebody's own name for a thing, computed from nothing we see."""
        return self.algorithm not in _HEX_DIGITS


class DigestSet(Struct, frozen=True):
    """Digests of the same bytes, one an algorithm, sorted by algorithm."""

    digests: tuple[Digest, ...]

    def __post_init__(self) -> None:
        names = [digest.algorithm for digest in self.digests]
        if len(names) > 1 and names != sorted(set(names)):
            raise ValueError("one digest an algorithm, sorted")

    def __iter__(self) -> Iterator[Digest]:
        return iter(self.digests)

    def get(self, algorithm: str) -> Digest | None:
        return next((digest for digest in self.digests if digest.algorithm == algorithm), None)

    @property
    def strong(self) -> tuple[Digest, ...]:
        return tuple(digest for digest in self.digests if digest.strong)


def parse_digest(text: str, known: Mapping[str, int] = STRONG) -> Digest:
    """Read ``alg:hex`` for an algorithm of `known`, in lower case and of that algorithm's length.

    Raises:
        FormatFault: ``digest.malformed``, also for a bare hex string and for an algorithm that identifies nothing.
    """
    algorithm, _, value = text.partition(":")
    size = known.get(algorithm)
    if size is None or len(value) != 2 * size or not _HEX.match(value):
        raise FormatFault(
            "digest.malformed",
            f"not a digest: {shown(text)}",
            place=Place(),
            expected="sha256:, sha384: or sha512: and lower-case hex of that length",
            actual=shown(text),
        )
    return Digest(algorithm, value)


def parse_digest_set(node: Node) -> DigestSet:
    """Read a JSON object of algorithm → value; an empty one gives an empty set, which the caller judges.

    One rule for case: values of known algorithms are lower-case hex, and anything else is refused, never normalised
    (T05). Values of unknown algorithms must be non-empty text and are kept as they are.

    Raises:
        FormatFault: ``digest.value``, ``json.type``.
    """
    return DigestSet(tuple(sorted(_digest(algorithm, value) for algorithm, value in node.members())))


def _digest(algorithm: str, node: Node) -> Digest:
    value = node.text()
    lengths = _HEX_DIGITS.get(algorithm)
    if not value or not algorithm or (lengths and (len(value) not in lengths or not _HEX.match(value))):
        wanted = f"{' or '.join(map(str, lengths))} lower-case hex digits" if lengths else "a name and a value"
        raise node.fault("digest.value", f"not a digest of algorithm {shown(algorithm)}", expected=wanted)
    return Digest(algorithm, value)
