"""A verdict in one file, as it is handed on: each of its statements in an envelope of its own.

    {"mediaType": "application/vnd.countersign.verdict+json;version=1",
     "report": {"digest": {"sha256": "<hex>"}, "envelope": {…}},
     "vsa": {…}, "svr": {…},                                         envelopes (DSSE), each may be absent
     "unattendedKeys": true}                                         where nobody witnessed how the key was made

`report` names the unsigned report; its envelope may be left out where a summary stands for it. Nothing in the file is
believed for standing in it: each envelope is signed, and the summary names the report.

Spec: countersign design, section 10; schema in docs/schemas/verdict-bundle.schema.json
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from .bundles import Envelope
from .digests import Digest, parse_digest_set
from .dsse import parse_envelope
from .faults import FormatFault, Place
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads

MEDIA_TYPE = "application/vnd.countersign.verdict+json;version=1"


class VerdictBundle(Struct, frozen=True):
    """A bundle as read: the report's SHA-256, and the envelopes that are there.

    `unattended` is what it says of the key itself: a courtesy to its reader. The trust document says it for good.
    """

    report_digest: Digest
    report: Envelope | None
    vsa: Envelope | None
    svr: Envelope | None
    unattended: bool = False


def write_verdict_bundle(
    report: Digest, *, envelope: bytes | None, vsa: bytes | None, svr: bytes | None, unattended: bool = False
) -> bytes:
    """A bundle of envelopes (DSSE JSON) and the SHA-256 of the unsigned report, as JSON that ends in a line break."""
    import json

    tree: dict[str, Any] = {"mediaType": MEDIA_TYPE, "report": {"digest": {report.algorithm: report.hex}}}
    if envelope is not None:
        tree["report"]["envelope"] = loads(envelope)
    for name, content in (("vsa", vsa), ("svr", svr)):
        if content is not None:
            tree[name] = loads(content)
    if unattended:
        tree["unattendedKeys"] = True
    return json.dumps(tree, separators=(",", ":")).encode("ascii") + b"\n"


def is_verdict_bundle(value: Any) -> bool:
    """Whether a JSON document says that it is a verdict bundle, be it of a version that is not read."""
    media_type = value.get("mediaType") if isinstance(value, dict) else None
    return isinstance(media_type, str) and media_type.startswith("application/vnd.countersign.verdict")


def parse_verdict_bundle(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> VerdictBundle:
    """Read a bundle; what it does not name is refused, since it might change what is meant.

    Raises:
        FormatFault: ``verdict.version``, ``json.*``, ``digest.value``, ``envelope.unsigned``, ``base64.malformed``.
        LimitFault: ``limit.record``, ``limit.signatures``, ``limit.depth``.
    """
    limits.check("record", len(data), Place(source))
    return read_verdict_bundle(Node(loads(data, source=source, limits=limits), source), limits)


def read_verdict_bundle(root: Node, limits: Limits) -> VerdictBundle:
    """Read a bundle that is a JSON document. Raises as `parse_verdict_bundle`, but for its size."""
    kind = root.field("mediaType")
    if kind.text() != MEDIA_TYPE:
        raise kind.fault("verdict.version", "not a verdict bundle of a version that is read here", expected=MEDIA_TYPE)
    root.only("mediaType", "report", "vsa", "svr", "unattendedKeys")
    report = root.field("report")
    report.only("digest", "envelope")
    unattended = root.get("unattendedKeys")
    return VerdictBundle(
        report_digest=_sha256(report.field("digest")),
        report=_envelope(report, "envelope", limits),
        vsa=_envelope(root, "vsa", limits),
        svr=_envelope(root, "svr", limits),
        unattended=unattended is not None and unattended.boolean(),
    )


def _envelope(node: Node, name: str, limits: Limits) -> Envelope | None:
    given = node.get(name)
    return parse_envelope(given, limits) if given is not None else None


def _sha256(node: Node) -> Digest:
    node.only("sha256")
    digest = parse_digest_set(node).get("sha256")
    if digest is None:
        raise FormatFault("json.missing", "'sha256' is missing", place=node.place, expected="sha256")
    return digest
