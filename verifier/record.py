"""A record: all that a verdict follows from, and its report. Whoever holds it judges again, offline, to the same bytes.

    {"format": "countersign.record/1", "version": …, "now": …, "release": …, "artifact": {…}, "policy": {…},
     "evidence": [{"name", "content"}], "trust": [{"name", "content", "dated"}], "keys": [{"name", "content"}],
     "limits": {…}, "opinions": [{"engine", "version", "evidence", "source", "pointer", "signer", "answer", "detail"}],
     "state": …, "report": …}

Contents are base64. Of the artifact there are digests, a size and what it declares, never bytes. A record proves
nothing by itself: it is input, read as strictly as any other, and what it is worth is what comes out when it is judged.

Spec: countersign design, section 10; schema in docs/schemas/record.schema.json
"""

from __future__ import annotations

import datetime
from base64 import b64encode
from typing import Any

import msgspec
import rfc8785

from attestations.debian.container import Declared
from attestations.digests import MEASURED, Digest, DigestSet, parse_digest
from attestations.faults import FormatFault, LimitFault, Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.strict_json import Node, loads

from .faults import RecordFault
from .opinion_forms import opinion_tree, read_opinion
from .policy.parse import read_policy
from .policy.plain import format_time, plain
from .request import EvidenceFile, KeyFile, Request, TrustFile
from .verdict import Artifact

FORMAT = "countersign.record/1"

_MEMBERS = (
    "format",
    "version",
    "now",
    "release",
    "artifact",
    "policy",
    "evidence",
    "trust",
    "keys",
    "limits",
    "opinions",
    "state",
    "report",
)


def write_record(request: Request, report: bytes) -> bytes:
    """The record of `request` and its `report`, in canonical JSON. One request and report have one record."""
    tree: dict[str, Any] = {
        "format": FORMAT,
        "version": request.version,
        "now": format_time(request.now),
        "artifact": _artifact(request.artifact),
        "policy": plain(request.policy),
        "evidence": [_file(file.name, file.content) for file in request.evidence],
        "trust": [_file(file.name, file.content) | _dated(file.dated) for file in request.trust],
        "keys": [_file(file.name, file.content) for file in request.keys],
        "limits": msgspec.structs.asdict(request.limits),
        "report": b64encode(report).decode("ascii"),
    }
    if request.release is not None:
        tree["release"] = request.release
    if request.state is not None:
        tree["state"] = b64encode(request.state).decode("ascii")
    if request.opinions:
        tree["opinions"] = [opinion_tree(opinion) for opinion in request.opinions]
    return rfc8785.dumps(tree)


def _artifact(artifact: Artifact) -> dict[str, Any]:
    tree: dict[str, Any] = {"name": artifact.name, "digests": [str(digest) for digest in artifact.digests]}
    if artifact.size is not None:
        tree["size"] = artifact.size
    if artifact.declared is not None:
        tree["declared"] = {name: text for name, text in msgspec.structs.asdict(artifact.declared).items() if text}
    return tree


def _file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "content": b64encode(content).decode("ascii")}


def _dated(dated: datetime.datetime | None) -> dict[str, Any]:
    return {} if dated is None else {"dated": format_time(dated)}


def read_record(data: bytes, source: str, limits: Limits = DEFAULT_LIMITS) -> tuple[Request, bytes]:
    """The request in a record, and the report that it came to, byte for byte. `source` is the record's name for people.

    Raises:
        LimitFault: ``limit.record``.
        RecordFault: ``record.format`` (a format that is not read here), ``record.malformed``.
        PolicyFault: ``policy.*``.
    """
    limits.check("record", len(data), Place(source))
    try:
        return _read(Node(loads(data, source=source, limits=limits), source), source)
    except LimitFault:
        raise
    except FormatFault as fault:
        raise RecordFault(
            "record.malformed",
            fault.detail,
            place=fault.place.within(source),
            expected=fault.expected,
            actual=fault.actual,
        ) from None


def _read(node: Node, source: str) -> tuple[Request, bytes]:
    kind = node.field("format")
    if kind.text() != FORMAT:
        raise RecordFault(
            "record.format",
            "not a record of a format that is read here",
            place=kind.place,
            expected=FORMAT,
            actual=kind.text()[:120],
        )
    node.only(*_MEMBERS)
    limits = _limits(node.field("limits"))
    release, policy = node.get("release"), node.field("policy")
    opinions, state = node.get("opinions"), node.get("state")
    request = Request(
        artifact=_read_artifact(node.field("artifact")),
        evidence=tuple(EvidenceFile(*_read_file(item)) for item in node.field("evidence").items()),
        policy=read_policy(policy.object(), f"{source}#{policy.pointer}", limits),
        release=release.text() if release is not None else None,
        trust=tuple(TrustFile(*_read_file(item, "dated"), _read_dated(item)) for item in node.field("trust").items()),
        keys=tuple(KeyFile(*_read_file(item)) for item in node.field("keys").items()),
        now=_time(node.field("now")),
        limits=limits,
        version=node.field("version").text(),
        opinions=tuple(map(read_opinion, opinions.items())) if opinions is not None else (),
        state=state.base64() if state is not None else None,
    )
    return request, node.field("report").base64()


def _read_file(node: Node, *more: str) -> tuple[str, bytes]:
    node.only("name", "content", *more)
    return node.field("name").text(), node.field("content").base64()


def _read_dated(node: Node) -> datetime.datetime | None:
    dated = node.get("dated")
    return _time(dated) if dated is not None else None


def _read_artifact(node: Node) -> Artifact:
    node.only("name", "digests", "size", "declared")
    digests = tuple(_digest(item) for item in node.field("digests").items())
    size = node.get("size")
    if [digest.algorithm for digest in digests] != sorted({digest.algorithm for digest in digests}):
        raise node.field("digests").fault("json.value", "one digest an algorithm, sorted by algorithm")
    count = _count(size) if size is not None else None
    declared = node.get("declared")
    said = _declared(declared) if declared is not None else None
    return Artifact(node.field("name").text(), DigestSet(digests), count, said)


def _declared(node: Node) -> Declared:
    node.only(*Declared.__struct_fields__)
    return Declared(**{name: text.text() for name, text in node.members()})


def _count(node: Node) -> int:
    """A number of bytes or items that canonical JSON can hold (RFC 7493 section 2.2)."""
    count = node.integer()
    if not 0 <= count < 1 << 53:
        raise node.fault("json.value", "out of range", expected="0 to 2^53 - 1")
    return count


def _digest(node: Node) -> Digest:
    try:
        return parse_digest(node.text(), MEASURED)
    except FormatFault as fault:
        raise fault.at(node.place) from None


def _time(node: Node) -> datetime.datetime:
    try:
        time = datetime.datetime.fromisoformat(node.text())
    except ValueError:
        time = None
    if time is None or time.utcoffset() != datetime.timedelta(0) or format_time(time) != node.text():
        raise node.fault("json.value", "not a time", expected="RFC 3339 in UTC: 2026-01-01T00:00:00Z")
    return time.astimezone(datetime.UTC)


_ADDED = frozenset({"sbom", "manifest"})
"""Limits that records have not always named; one that does not was written under the defaults."""


def _limit(node: Node, name: str) -> Node | None:
    return node.get(name) if name in _ADDED else node.field(name)


def _limits(node: Node) -> Limits:
    names = Limits.__struct_fields__
    node.only(*names)
    return Limits(**{name: _count(value) for name in names if (value := _limit(node, name)) is not None})
