"""Sigsum proofs: a submitter's signed checksum, and its place in a cosigned tree.

    version=2
    log=KEYHASH
    leaf=KEYHASH SIGNATURE

    size=4
    root_hash=HASH
    signature=SIGNATURE
    cosignature=KEYHASH TIMESTAMP SIGNATURE                 any number

    leaf_index=3                                            this part is left out where size is 1
    node_hash=HASH                                          the path from the leaf's sibling up

Hashes and signatures are lower-case hex. A key hash is the SHA-256 of a raw Ed25519 key.

Spec: Sigsum proof format version 2, https://git.glasklar.is/sigsum/core/sigsum-go/-/blob/main/doc/sigsum-proof.md
"""

from __future__ import annotations

import re

from msgspec import Struct

from .faults import FormatFault

PROOF_MAX = 64 * 1024
"""Bytes of the longest proof that is read: room for some 300 cosignatures."""


class SigsumCosignature(Struct, frozen=True):
    """A witness's signature over the tree head: `key_hash` names the witness, `timestamp` is in Unix seconds."""

    key_hash: bytes
    timestamp: int
    signature: bytes


class SigsumProof(Struct, frozen=True):
    """A proof as written. `log` and `submitter` are key hashes; at most one cosignature a witness."""

    log: bytes
    submitter: bytes
    leaf_signature: bytes
    size: int
    root: bytes
    signature: bytes
    cosignatures: tuple[SigsumCosignature, ...]
    index: int
    hashes: tuple[bytes, ...]


_HASH, _SIGNATURE, _NUMBER = "[0-9a-f]{64}", "[0-9a-f]{128}", "(?:0|[1-9][0-9]{0,18})"
_PROOF = re.compile(
    f"version=2\nlog=({_HASH})\nleaf=({_HASH}) ({_SIGNATURE})\n\n"
    f"size=({_NUMBER})\nroot_hash=({_HASH})\nsignature=({_SIGNATURE})\n"
    f"((?:cosignature={_HASH} {_NUMBER} {_SIGNATURE}\n)*)"
    f"(?:\nleaf_index=({_NUMBER})\n((?:node_hash={_HASH}\n)*))?"
)
_COSIGNATURE = re.compile(f"cosignature=({_HASH}) ({_NUMBER}) ({_SIGNATURE})")
_NODE = re.compile(f"node_hash=({_HASH})")


def parse_sigsum_proof(data: bytes) -> SigsumProof:
    """Read a proof, in its one spelling.

    Raises:
        FormatFault: ``proof.malformed``, also where one witness cosigned twice; ``proof.version`` for another version.

    Spec: section Ascii representation of the document above.
    """
    text = data[: PROOF_MAX + 1].decode("ascii", errors="replace")
    match = _PROOF.fullmatch(text) if len(data) <= PROOF_MAX else None
    if match is None:
        if re.match(r"version=[0-9]+\n", text) and not text.startswith("version=2\n"):
            raise FormatFault("proof.version", "a Sigsum proof of another version", expected="version=2")
        raise _malformed("not in the form of version 2")
    size, index = int(match[4]), int(match[8] or 0)
    if size == 0 or (match[8] is None) is not (size == 1) or max(size, index) >= 1 << 63:
        raise _malformed("the leaf's index does not go with the tree's size")
    cosignatures = tuple(
        SigsumCosignature(bytes.fromhex(key), int(timestamp), bytes.fromhex(signature))
        for key, timestamp, signature in _COSIGNATURE.findall(match[7])
    )
    if len({cosignature.key_hash for cosignature in cosignatures}) != len(cosignatures):
        raise _malformed("one witness cosigned twice")
    log, submitter, leaf_signature, root, signature = (bytes.fromhex(match[n]) for n in (1, 2, 3, 5, 6))
    hashes = tuple(map(bytes.fromhex, _NODE.findall(match[9] or "")))
    return SigsumProof(log, submitter, leaf_signature, size, root, signature, cosignatures, index, hashes)


def _malformed(detail: str) -> FormatFault:
    return FormatFault("proof.malformed", f"not a Sigsum proof: {detail}")
