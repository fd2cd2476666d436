"""Limits come before the work they bound, and memory stays within a factor of what was given."""

from __future__ import annotations

import hashlib
import tracemalloc
from typing import Any

import pytest

from attestations.evidence import Unreadable, read_evidence, read_evidence_files
from attestations.faults import Fault, LimitFault
from attestations.limits import DEFAULT_LIMITS, MIB, Limits
from attestations.log_entries import parse_body
from attestations.log_entries.carried import read_api_entries
from attestations.statements import parse_statement

from . import documents
from .documents import encode
from .samples import replaced

MILLION = 1_000_000

CROWDED: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "log entries": (documents.BUNDLE, ("verificationMaterial", "tlogEntries"), "limit.log_entries"),
    "timestamps": (
        documents.BUNDLE,
        ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps"),
        "limit.timestamps",
    ),
    "certificates": (
        documents.MESSAGE_BUNDLE,
        ("verificationMaterial", "x509CertificateChain", "certificates"),
        "limit.certificates",
    ),
    "signatures in a bundle": (documents.BUNDLE, ("dsseEnvelope", "signatures"), "limit.signatures"),
    "signatures": (documents.ENVELOPE, ("signatures",), "limit.signatures"),
    "attestations": (documents.ATTESTATION_LIST, ("attestations",), "limit.evidence_items"),
    "entries of PyPI's": (
        documents.PYPI_ATTESTATION,
        ("verification_material", "transparency_entries"),
        "limit.log_entries",
    ),
    "attestations of PyPI's": (
        documents.PYPI_PROVENANCE,
        ("attestation_bundles", 0, "attestations"),
        "limit.evidence_items",
    ),
    "publishers": (documents.PYPI_PROVENANCE, ("attestation_bundles",), "limit.evidence_items"),
    "occurrences": (documents.CLOUD_BUILD, ("provenance_summary", "provenance"), "limit.evidence_items"),
    "layers": (documents.MANIFEST, ("layers",), "limit.evidence_items"),
}


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Fault:
    (item,) = read_evidence("evidence.json", data, limits)
    assert isinstance(item, Unreadable)
    return item.fault


@pytest.mark.parametrize("name", CROWDED)
def test_t90_a_million_items_are_refused_before_one_is_read(name: str) -> None:
    """The items are zeros: had one been read, the refusal would be of its type."""
    document, path, reason = CROWDED[name]
    fault = refusal(encode(replaced(document, path, [0] * MILLION)))
    assert isinstance(fault, LimitFault)
    assert (fault.reason, fault.actual) == (reason, str(MILLION))
    assert fault.place.pointer == "".join(f"/{step}" for step in path)


@pytest.mark.parametrize("name", CROWDED)
def test_t90_one_item_too_many_is_refused_and_one_fewer_is_not(name: str) -> None:
    document, path, reason = CROWDED[name]
    bound = getattr(DEFAULT_LIMITS, reason.removeprefix("limit."))
    over, within = ({*_reasons(replaced(document, path, [0] * count))} for count in (bound + 1, bound))
    assert over == {reason}
    assert reason not in within


def _reasons(document: dict[str, Any]) -> list[str]:
    items = read_evidence("evidence.json", encode(document))
    return [item.fault.reason for item in items if isinstance(item, Unreadable)]


def test_t90_a_million_subjects_are_refused_before_one_is_read() -> None:
    with pytest.raises(LimitFault) as caught:
        parse_statement(encode({**documents.STATEMENT, "subject": [0] * MILLION}))
    assert (caught.value.reason, caught.value.actual) == ("limit.subjects", str(MILLION))


def test_t90_a_million_lines_are_refused_before_one_is_read() -> None:
    fault = refusal(b"{}\n" * MILLION)
    assert (fault.reason, fault.actual) == ("limit.evidence_items", str(MILLION))


@pytest.mark.parametrize(("kind", "version"), [("dsse", "0.0.1"), ("intoto", "0.0.2")])
def test_t90_a_million_signatures_in_an_entry_are_refused_before_one_is_read(kind: str, version: str) -> None:
    path = ("spec", "signatures") if kind == "dsse" else ("spec", "content", "envelope", "signatures")
    document = replaced(documents.body(kind, version), path, [0] * MILLION)
    with pytest.raises(LimitFault) as caught:
        parse_body(kind, version, encode(document))
    assert caught.value.reason == "limit.signatures"


def test_t90_a_million_entries_of_an_answer_are_refused_before_one_is_read() -> None:
    document = {str(number): 0 for number in range(200_000)}
    with pytest.raises(LimitFault) as caught:
        read_api_entries(encode(document))
    assert caught.value.reason == "limit.log_entries"


def test_t90_an_audit_path_longer_than_any_is_refused() -> None:
    path = ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "hashes")
    assert refusal(encode(replaced(documents.BUNDLE, path, [0] * 65))).reason == "log.proof_malformed"


def test_the_longest_audit_path_there_is_may_be_read() -> None:
    path = ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "hashes")
    hashes = [documents.b64(b"h" * 32)] * 64
    assert not _reasons(replaced(documents.BUNDLE, path, hashes))


def test_t91_an_answer_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(LimitFault) as caught:
        read_api_entries(b"\xff" * 101, limits=Limits(bundle=100))
    assert caught.value.reason == "limit.bundle"


@pytest.mark.parametrize("size", [4 * MIB + 1, 8 * MIB])
def test_t91_a_file_over_the_limit_is_refused_unread(size: int) -> None:
    fault = refusal(b"\xff" * size)
    assert (fault.reason, fault.expected, fault.actual) == ("limit.bundle", f"at most {4 * MIB}", str(size))
    assert fault.place.source == "evidence.json"


def test_t91_a_layer_over_the_limit_is_refused_unread() -> None:
    limits = Limits(bundle=4096)
    layer = {**documents.ENVELOPE, "filler": "x" * 8192}
    manifest = replaced(documents.MANIFEST, ("layers", 0, "digest"), _sha256(encode(layer)))
    items = read_evidence_files([("manifest.json", encode(manifest)), ("layer", encode(layer))], limits)
    assert [item.fault.reason for item in items if isinstance(item, Unreadable)] == ["limit.bundle", "limit.bundle"]


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_statement_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(LimitFault) as caught:
        parse_statement(b"\xff" * 101, limits=Limits(statement=100))
    assert caught.value.reason == "limit.statement"


@pytest.mark.parametrize("filler", [b"[],", b'{"":0},', b'"",', b"1e5,", b"[[[[]]]],", b"123456,"])
def test_memory_stays_within_a_factor_of_the_file(filler: bytes) -> None:
    size = MIB
    data = b'{"payload":[' + filler * (size // len(filler)) + b"0]}"
    tracemalloc.start()
    try:
        read_evidence("evidence.json", data)
        parse_statement_refused(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * size


def test_memory_does_not_add_up_over_files() -> None:
    """The values of one file are gone before the next is read."""
    data = b'{"payload":[' + b"[]," * 40_000 + b"0]}"
    peaks = []
    for count in (1, 16):
        files = [(str(number), data) for number in range(count)]
        tracemalloc.start()
        try:
            assert len(read_evidence_files(files)) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def parse_statement_refused(data: bytes) -> None:
    with pytest.raises(Fault):
        parse_statement(data)


def test_a_raised_limit_is_the_only_way_past_one() -> None:
    crowded = replaced(documents.ENVELOPE, ("signatures",), documents.ENVELOPE["signatures"] * 17)
    assert refusal(encode(crowded)).reason == "limit.signatures"
    assert not isinstance(read_evidence("evidence.json", encode(crowded), Limits(signatures=17))[0], Unreadable)
