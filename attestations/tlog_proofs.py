"""Transparency log proofs: an entry's place in a tree, and the checkpoint of that tree.

    c2sp.org/tlog-proof@v1
    extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQ=                  opaque; may be left out
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=            the path from the leaf's sibling up, at most 63 hashes
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

    example.com/fancylog                                    the checkpoint, verbatim
    ...

Spec: C2SP tlog-proof v1, https://c2sp.org/tlog-proof
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from msgspec import Struct

from .faults import FormatFault, LimitFault
from .notes import NOTE_MAX

HEADER = b"c2sp.org/tlog-proof@v1"
HASHES_MAX = 63
_INDEX = re.compile(rb"index (0|[1-9][0-9]{0,18})")


class TlogProof(Struct, frozen=True):
    """`extra` is not authenticated by anything; `hashes` are 32 raw bytes each; `checkpoint` is a signed note."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Read a proof. The checkpoint is left as it is, for `verifier.checkpoints` to authenticate.

    Raises:
        FormatFault: ``proof.malformed``.
        LimitFault: ``limit.note`` where the whole is longer than a note may be.

    Spec: section Format, https://c2sp.org/tlog-proof
    """
    if len(data) > NOTE_MAX:
        raise LimitFault(
            "limit.note",
            f"{len(data)} bytes in a proof where at most {NOTE_MAX} are read",
            expected=f"at most {NOTE_MAX}",
            actual=str(len(data)),
        )
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or not checkpoint:
        raise _malformed("no blank line, or nothing after it")
    header, *lines = head.split(b"\n")
    if header != HEADER:
        raise _malformed(f"the first line is not {HEADER.decode()}")
    extra = _base64(lines.pop(0)[6:]) if lines and lines[0].startswith(b"extra ") else None
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None or int(index[1]) >= 1 << 63:
        raise _malformed("no line `index` with a decimal number below 2^63")
    if len(lines) > HASHES_MAX:
        raise _malformed(f"{len(lines)} hashes where a path has at most {HASHES_MAX}")
    hashes = tuple(map(_base64, lines))
    if any(len(value) != 32 for value in hashes):
        raise _malformed("a hash is not 32 bytes long")
    return TlogProof(int(index[1]), hashes, checkpoint, extra)


def _base64(line: bytes) -> bytes:
    try:
        value = b64decode(line, validate=True)
    except ValueError:
        value = b""
    if not value or b64encode(value) != line:
        raise _malformed("a line is not canonical base64")
    return value


def _malformed(detail: str) -> FormatFault:
    return FormatFault("proof.malformed", f"not a log proof: {detail}")
