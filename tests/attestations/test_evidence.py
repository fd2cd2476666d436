"""Files of evidence: lines and documents, where each bundle stood, and which digests it may want."""

from __future__ import annotations

import hashlib
import json

import pytest

from attestations.bundles import Evidence
from attestations.digests import Digest
from attestations.evidence import Unreadable, read_evidence, read_evidence_files, wanted_algorithms
from attestations.limits import Limits

from . import documents
from .documents import DIGEST, b64, encode
from .samples import replaced

BUNDLE, KEY_BUNDLE = encode(documents.BUNDLE), encode(documents.KEY_BUNDLE)


def sources(data: bytes) -> list[str]:
    return [item.source for item in read_evidence("e.jsonl", data)]


def test_evidence_cites_its_file() -> None:
    (item,) = read_evidence("some/bundle.json", BUNDLE)
    assert isinstance(item, Evidence)
    assert (item.source, item.pointer) == ("some/bundle.json", "")
    assert item.digest == Digest("sha256", hashlib.sha256(BUNDLE).hexdigest())


def test_each_line_is_a_document_and_is_numbered() -> None:
    data = b"\n".join([BUNDLE, b"", KEY_BUNDLE, b"  ", encode(documents.ENVELOPE), b""])
    items = read_evidence("e.jsonl", data)
    assert [item.source for item in items] == ["e.jsonl:1", "e.jsonl:3", "e.jsonl:5"]
    assert all(isinstance(item, Evidence) for item in items)
    assert {str(item.digest) for item in items} == {f"sha256:{hashlib.sha256(data).hexdigest()}"}


def test_lines_may_end_as_on_windows() -> None:
    assert sources(BUNDLE + b"\r\n" + KEY_BUNDLE + b"\r\n") == ["e.jsonl:1", "e.jsonl:2"]


def test_one_line_is_a_document() -> None:
    assert sources(BUNDLE + b"\n") == ["e.jsonl"]


@pytest.mark.parametrize("indent", [0, 1, 4])
def test_a_document_over_several_lines_is_one(indent: int) -> None:
    assert sources(json.dumps(documents.BUNDLE, indent=indent).encode()) == ["e.jsonl"]


def test_a_first_line_that_looks_whole_may_go_on() -> None:
    data = encode(documents.ENVELOPE)
    assert data.startswith(b"{")
    assert sources(b'{"unknown":{}\n,' + data[1:]) == ["e.jsonl"]


def test_t63_a_damaged_line_hides_no_other() -> None:
    first, damaged, last = read_evidence("e.jsonl", b"\n".join([BUNDLE, BUNDLE[:-9], KEY_BUNDLE]))
    assert isinstance(first, Evidence)
    assert isinstance(damaged, Unreadable)
    assert (damaged.fault.reason, damaged.fault.place.source) == ("json.malformed", "e.jsonl:2")
    assert isinstance(last, Evidence)


def test_lines_cut_off_anywhere_give_the_lines_before() -> None:
    envelope = encode(documents.ENVELOPE)
    for length in range(len(envelope) + 2, 2 * len(envelope) + 2):
        first, *rest = read_evidence("e.jsonl", (envelope + b"\n" + envelope + b"\n")[:length])
        assert isinstance(first, Evidence)
        whole = length >= 2 * len(envelope) + 1
        assert [isinstance(item, Evidence) for item in rest] == [whole]


def test_a_line_that_is_no_evidence_is_said_to_be_none() -> None:
    _, other = read_evidence("e.jsonl", BUNDLE + b"\n{}")
    assert isinstance(other, Unreadable)
    assert (other.fault.reason, str(other.fault.place)) == ("format.unknown", "e.jsonl:2#")


def test_t06_a_duplicate_key_in_the_first_line_is_that_lines() -> None:
    first, second = read_evidence("e.jsonl", b'{"payload":"","payload":""}\n' + BUNDLE)
    assert isinstance(first, Unreadable)
    assert (first.fault.reason, first.source) == ("json.duplicate_key", "e.jsonl:1")
    assert isinstance(second, Evidence)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\x00" * 100, b"\xff\xfe{}", b"PK\x03\x04", b"-----BEGIN CERTIFICATE-----\n"]
)
def test_what_is_no_json_is_refused_in_one_line(data: bytes) -> None:
    (item,) = read_evidence("file", data)
    assert isinstance(item, Unreadable)
    assert item.fault.reason == "json.malformed"
    assert "\n" not in str(item.fault)


def test_t60_no_files_give_no_evidence() -> None:
    assert read_evidence_files([]) == ()


def test_files_are_read_in_their_order() -> None:
    items = read_evidence_files([("b", KEY_BUNDLE), ("a", BUNDLE), ("c", b"{}")])
    assert [item.source for item in items] == ["b", "a", "c"]


def test_limits_are_the_callers() -> None:
    (item,) = read_evidence("e", BUNDLE, Limits(log_entries=0))
    assert isinstance(item, Unreadable)
    assert item.fault.reason == "limit.log_entries"


def test_t11_the_digests_that_subjects_name_are_wanted() -> None:
    statement = replaced(documents.STATEMENT, ("subject", 0, "digest"), {"sha512": "a" * 128, "sha1": "a" * 40})
    document = replaced(documents.ENVELOPE, ("payload",), b64(encode(statement)))
    items = [item for item in read_evidence("e", encode(document)) if isinstance(item, Evidence)]
    assert wanted_algorithms(items) == {"sha256", "sha512"}


@pytest.mark.parametrize(
    ("algorithm", "size", "wanted"),
    [("SHA2_256", 32, {"sha256"}), ("SHA2_384", 48, {"sha256", "sha384"}), ("SHA2_512", 64, {"sha256", "sha512"})],
)
def test_the_digest_that_a_signature_is_over_is_wanted(algorithm: str, size: int, wanted: set[str]) -> None:
    digest = {"algorithm": algorithm, "digest": b64(bytes.fromhex(DIGEST + DIGEST)[:size])}
    document = replaced(documents.MESSAGE_BUNDLE, ("messageSignature", "messageDigest"), digest)
    items = [item for item in read_evidence("e", encode(document)) if isinstance(item, Evidence)]
    assert wanted_algorithms(items) == wanted


@pytest.mark.parametrize(("curve", "wanted"), [("06052b81040022", "sha384"), ("06052b81040023", "sha512")])
def test_the_digest_that_a_certificates_curve_signs_is_wanted(curve: str, wanted: str) -> None:
    path = ("verificationMaterial", "x509CertificateChain", "certificates", 0, "rawBytes")
    document = replaced(documents.MESSAGE_BUNDLE, path, b64(b"0 " + bytes.fromhex(curve)))
    items = [item for item in read_evidence("e", encode(document)) if isinstance(item, Evidence)]
    assert wanted_algorithms(items) == {"sha256", wanted}


def test_sha256_is_always_wanted() -> None:
    assert wanted_algorithms([]) == {"sha256"}
