"""Bodies of transparency log entries: what a log says it saw, typed and unauthenticated.

    kind          versions       says
    hashedrekord  0.0.1, 0.0.2   this signature, by this key or certificate, over this digest
    dsse          0.0.1          these signatures, over an envelope with this payload
    intoto        0.0.1, 0.0.2   the same, of an older form

`READERS` is the registry: a new kind or version is one function and one line in it. The carried form of an entry,
with its proof, is in `carried`.

Spec: Rekor v1 types, https://github.com/sigstore/rekor/tree/main/pkg/types;
Rekor v2, https://github.com/sigstore/rekor-tiles/blob/main/CLIENTS.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..faults import FormatFault, Place
from ..limits import DEFAULT_LIMITS, Limits
from ..strict_json import Node, loads, shown
from .bodies import DsseEntry, EntryBody, HashedRekordEntry, IntotoEntry, Recorded, RecordedSignature
from .dsse import read_dsse_v1
from .hashedrekord import read_hashedrekord_v1, read_hashedrekord_v2
from .intoto import read_intoto_v1, read_intoto_v2

READERS: Mapping[tuple[str, str], Callable[[Node, Limits], EntryBody]] = {
    ("hashedrekord", "0.0.1"): read_hashedrekord_v1,
    ("hashedrekord", "0.0.2"): read_hashedrekord_v2,
    ("dsse", "0.0.1"): read_dsse_v1,
    ("intoto", "0.0.1"): read_intoto_v1,
    ("intoto", "0.0.2"): read_intoto_v2,
}

__all__ = [
    "READERS",
    "DsseEntry",
    "EntryBody",
    "HashedRekordEntry",
    "IntotoEntry",
    "Recorded",
    "RecordedSignature",
    "parse_body",
]


def parse_body(kind: str, version: str, body: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> EntryBody:
    """Read a canonicalized body as the `kind` and `version` that its carrier states; the body must state the same.

    Raises:
        FormatFault: ``log.entry_unsupported`` (T47), ``log.kind_mismatch``, ``json.*``, ``base64.malformed``,
            ``pem.malformed``, ``digest.value``.
        LimitFault: ``limit.signatures``, ``limit.depth``.
    """
    read = READERS.get((kind, version))
    if read is None:
        raise FormatFault(
            "log.entry_unsupported",
            f"a log entry of kind {shown(kind)}, version {shown(version)}",
            place=Place(source),
            expected=", ".join(" ".join(known) for known in READERS),
            actual=shown(f"{kind} {version}"),
        )
    root = Node(loads(body, source=source, limits=limits), source)
    for name, stated in (("kind", kind), ("apiVersion", version)):
        own = root.field(name)
        if own.text() != stated:
            raise own.fault("log.kind_mismatch", "the body is of another kind than its carrier states", expected=stated)
    return read(root.field("spec"), limits)
