"""Who was there when a trust document was made, each in their own words under their own key.

    transcript   {"format": "countersign.transcript/1", "statements": [<envelope>, …]}
    statement    {"at": …, "before": "sha256:…", "draft": "sha256:…", "format": "countersign.ceremony/1",
                  "key": "sha256:…", "person": "Ann", "version": 2}

`draft` is the SHA-256 of the bytes that signatures on the document are over, `before` that of the whole version before.

Spec: countersign design, section 8 (keys); DSSE v1.0.2
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from .bundles import Envelope
from .digests import Digest, parse_digest
from .dsse import parse_envelope
from .faults import FormatFault, Place
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads

FORMAT = "countersign.ceremony/1"
TRANSCRIPT = "countersign.transcript/1"
PAYLOAD_TYPE = "application/vnd.countersign.ceremony+json"

_TIME = "%Y-%m-%dT%H:%M:%SZ"

LONGEST_NAME = 200
"""Characters of a person's name."""


class Attendance(Struct, frozen=True):
    """One person's statement: with which key, when, they signed which draft, following on which version."""

    person: str
    key: Digest
    version: int
    draft: Digest
    before: Digest | None
    at: datetime.datetime


def write_attendance(attendance: Attendance) -> bytes:
    """The statement, as JSON of one form."""
    before = {} if attendance.before is None else {"before": str(attendance.before)}
    statement = {
        "format": FORMAT,
        "person": attendance.person,
        "key": str(attendance.key),
        "version": attendance.version,
        "draft": str(attendance.draft),
        "at": attendance.at.astimezone(datetime.UTC).strftime(_TIME),
        **before,
    }
    return json.dumps(statement, sort_keys=True, separators=(",", ":")).encode("ascii")


def parse_attendance(payload: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Attendance:
    """Read a statement. Raises: FormatFault ``json.*``, ``digest.malformed``; LimitFault ``limit.depth``."""
    node = Node(loads(payload, source=source, limits=limits), source)
    node.only("format", "person", "key", "version", "draft", "before", "at")
    form, person, at, before = node.field("format"), node.field("person"), node.field("at"), node.get("before")
    if form.text() != FORMAT:
        raise form.fault("json.value", "no statement of a ceremony", expected=FORMAT)
    if not person.text().isprintable() or not 1 <= len(person.text()) <= LONGEST_NAME:
        raise person.fault("json.value", "no name of a person", expected=f"1 to {LONGEST_NAME} characters of one line")
    try:
        moment = datetime.datetime.strptime(at.text(), _TIME).replace(tzinfo=datetime.UTC)
    except ValueError:
        raise at.fault("json.value", "not a time", expected="2026-01-01T00:00:00Z") from None
    if moment.strftime(_TIME) != at.text():
        raise at.fault("json.value", "not a time", expected="2026-01-01T00:00:00Z")
    return Attendance(
        person=person.text(),
        key=_digest(node.field("key")),
        version=node.field("version").integer(),
        draft=_digest(node.field("draft")),
        before=_digest(before) if before is not None else None,
        at=moment,
    )


def _digest(node: Node) -> Digest:
    try:
        return parse_digest(node.text(), {"sha256": 32})
    except FormatFault as fault:
        raise fault.at(node.place) from None


def write_transcript(statements: Iterable[Any]) -> bytes:
    """A transcript of envelopes, given as JSON values."""
    document = {"format": TRANSCRIPT, "statements": list(statements)}
    return json.dumps(document, indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def parse_transcript(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> tuple[Envelope, ...]:
    """The statements of a transcript, nobody's yet.

    Raises:
        FormatFault: ``json.*``, ``base64.malformed``, ``envelope.*``.
        LimitFault: ``limit.trust_root``, ``limit.depth``, ``limit.signatures``.
    """
    limits.check("trust_root", len(data), Place(source))
    node = Node(loads(data, source=source, limits=limits), source)
    node.only("format", "statements")
    form = node.field("format")
    if form.text() != TRANSCRIPT:
        raise form.fault("json.value", "no transcript of a ceremony", expected=TRANSCRIPT)
    return tuple(parse_envelope(item, limits) for item in node.field("statements").items())
