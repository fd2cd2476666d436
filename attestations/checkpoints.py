"""Checkpoints: what a log says its tree is.

    example.com/behind-the-sofa                         origin
    20852163                                            size, decimal
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        root hash, base64
    Timestamp: 1697034484441201852                      extension lines, opaque

This is the text of a signed note (`notes`), read after its signature was verified (`verifier.checkpoints`).

Spec: C2SP tlog-checkpoint v1.0.0, https://c2sp.org/tlog-checkpoint@v1.0.0
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from msgspec import Struct

from .faults import FormatFault
from .notes import NOTE_MAX

SHA256_SIZE = 32
_SIZE = re.compile(rb"0|[1-9][0-9]{0,18}")


class Checkpoint(Struct, frozen=True):
    """`size` counts leaves, below 2^63; `root` is raw bytes. `extensions` were signed too and are never interpreted."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_checkpoint(text: bytes, *, root_size: int | None = SHA256_SIZE) -> Checkpoint:
    """Read a checkpoint out of a note's text.

    `root_size` is that of the tree's hash in bytes; None takes any, for trees of other hashes. Extension lines may be
    empty here, against the specification's wish: logs have signed such checkpoints, and nobody reads those lines.

    Raises:
        FormatFault: ``checkpoint.malformed``.

    Spec: section Note text, https://c2sp.org/tlog-checkpoint@v1.0.0
    """
    if len(text) > NOTE_MAX:
        raise _malformed("larger than any note")
    lines = text.split(b"\n", 3)
    if len(lines) != 4:
        raise _malformed("fewer than three lines")
    origin, size, root, rest = lines
    if not origin:
        raise _malformed("no origin")
    if not _SIZE.fullmatch(size) or int(size) >= 1 << 63:
        raise _malformed("the size is not a decimal number below 2^63", size)
    try:
        extensions = rest.removesuffix(b"\n").decode().split("\n") if rest else ()
        return Checkpoint(origin.decode(), int(size), _root(root, root_size), tuple(extensions))
    except UnicodeDecodeError:
        raise _malformed("not UTF-8") from None


def _root(line: bytes, size: int | None) -> bytes:
    try:
        root = b64decode(line, validate=True)
    except ValueError:
        root = b""
    if not root or b64encode(root) != line:
        raise _malformed("the root hash is not canonical base64", line)
    if size is not None and len(root) != size:
        raise _malformed(f"the root hash has {len(root)} bytes, not {size}", line)
    return root


def _malformed(detail: str, line: bytes | None = None) -> FormatFault:
    actual = None if line is None else line[:80].decode(errors="replace")
    return FormatFault("checkpoint.malformed", f"not a checkpoint: {detail}", actual=actual)
