"""What the signer and whoever relies on it read: reports, trust documents, transcripts."""

from __future__ import annotations

import datetime
from base64 import b64encode

from attestations.ceremonies import (
    PAYLOAD_TYPE,
    Attendance,
    parse_attendance,
    parse_transcript,
    write_attendance,
    write_transcript,
)
from attestations.digests import Digest
from attestations.trust_documents import parse_trust_document, signed_part
from verifier.report import render_report
from verifier.report_reading import read_verdict
from verifier.soundness import check_sound
from verifier.trust_documents import begin

from ..ceremony.parties import signed, terms
from ..verifier.judging import policy_of

_DIGEST = Digest("sha256", "0" * 64)
ATTENDANCE = write_attendance(
    Attendance("Ann", _DIGEST, 2, _DIGEST, _DIGEST, datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
)
POLICY = policy_of()
DOCUMENT = signed(terms(), "ann", "bert")
TRANSCRIPT = write_transcript(
    [{"payload": b64encode(ATTENDANCE).decode(), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AA=="}]}]
)


def verdict(data: bytes) -> None:
    """A report: what is read writes it again, and is held against a policy."""
    read = read_verdict(data, source="input")
    assert render_report(read) == data, "a verdict that writes another report"
    check_sound(read, POLICY, "7.1.0")


def document(data: bytes) -> None:
    """A trust document; what is read of it is what is signed."""
    parsed = parse_trust_document(data, source="input")
    part = signed_part(parsed.terms)["x-countersign"]
    assert part == parsed.metadata.signed.field("x-countersign").value, "another part than was read"
    begin(data, source="input")


def transcript(data: bytes) -> None:
    """A transcript, and each statement in it."""
    for envelope in parse_transcript(data, source="input"):
        parse_attendance(envelope.payload, source="input")


def attendance(data: bytes) -> None:
    """A statement of somebody who was there."""
    parse_attendance(data, source="input")
