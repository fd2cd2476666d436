"""Log entries: bodies of each kind, and the forms that carry an entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attestations.bundles import InclusionProof, LogEntry
from attestations.digests import Digest
from attestations.faults import FormatFault
from attestations.limits import DEFAULT_LIMITS
from attestations.log_entries import (
    READERS,
    DsseEntry,
    HashedRekordEntry,
    IntotoEntry,
    Recorded,
    RecordedSignature,
    parse_body,
)
from attestations.log_entries.carried import read_api_entries, read_cosign_entry, read_transparency_entry
from attestations.strict_json import Node

from .documents import (
    API_ENTRY,
    BODIES,
    CERTIFICATE,
    COSIGN_BLOB,
    DIGEST,
    PAYLOAD_TYPE,
    SIGNATURE,
    b64,
    body,
    encode,
    entry,
    pem,
)
from .samples import replaced, without

SHA256 = Digest("sha256", DIGEST)
VERIFIER = Recorded(CERTIFICATE, certificate=True)
SIGNED = (RecordedSignature(SIGNATURE, VERIFIER),)

READ = {
    ("hashedrekord", "0.0.1"): HashedRekordEntry(SHA256, SIGNATURE, VERIFIER),
    ("hashedrekord", "0.0.2"): HashedRekordEntry(SHA256, SIGNATURE, VERIFIER, "PKIX_ECDSA_P256_SHA_256"),
    ("dsse", "0.0.1"): DsseEntry(SHA256, SHA256, SIGNED),
    ("intoto", "0.0.1"): IntotoEntry(SHA256, SHA256, "", (), VERIFIER),
    ("intoto", "0.0.2"): IntotoEntry(SHA256, SHA256, PAYLOAD_TYPE, SIGNED, None),
}


def test_every_reader_has_a_sample() -> None:
    assert READERS.keys() == BODIES.keys() == READ.keys()


@pytest.mark.parametrize(("kind", "version"), READERS)
def test_a_body_is_read_as_what_it_is(kind: str, version: str) -> None:
    assert parse_body(kind, version, encode(body(kind, version))) == READ[kind, version]


def refusal(kind: str, version: str, document: dict[str, Any]) -> FormatFault:
    with pytest.raises(FormatFault) as caught:
        parse_body(kind, version, encode(document), source="entry")
    return caught.value


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("hashedrekord", "0.0.3"),
        ("dsse", "0.0.2"),
        ("intoto", "9.9.9"),
        ("rekord", "0.0.1"),
        ("", ""),
        ("dsse ", "0.0.1"),
    ],
)
def test_t47_an_unknown_kind_or_version_is_refused(kind: str, version: str) -> None:
    document = {"kind": kind, "apiVersion": version, "spec": BODIES["dsse", "0.0.1"]}
    fault = refusal(kind, version, document)
    assert (fault.reason, fault.actual) == ("log.entry_unsupported", repr(f"{kind} {version}"))


@pytest.mark.parametrize("stated", READERS)
@pytest.mark.parametrize("real", READERS)
def test_t40_a_body_of_another_kind_than_stated_is_refused(stated: tuple[str, str], real: tuple[str, str]) -> None:
    if stated != real:
        assert refusal(*stated, body(*real)).reason == "log.kind_mismatch"


@pytest.mark.parametrize(
    ("algorithm", "value", "reason"),
    [
        ("sha1", "a" * 40, "digest.algorithm"),
        ("SHA256", DIGEST, "digest.algorithm"),
        ("sha256", DIGEST.upper(), "digest.value"),
        ("sha256", DIGEST[:-1], "digest.value"),
        ("sha256", DIGEST + " ", "digest.value"),
        ("sha256", " ".join([DIGEST[:2], DIGEST[2:]]), "digest.value"),
        ("sha512", DIGEST, "digest.value"),
        ("sha256", "", "digest.value"),
    ],
)
def test_a_digest_of_version_one_has_one_spelling(algorithm: str, value: str, reason: str) -> None:
    document = replaced(body("dsse", "0.0.1"), ("spec", "payloadHash"), {"algorithm": algorithm, "value": value})
    assert refusal("dsse", "0.0.1", document).reason == reason


@pytest.mark.parametrize(
    ("algorithm", "digest", "reason"),
    [
        ("SHA3_256", b"d" * 32, "digest.algorithm"),
        ("HASH_ALGORITHM_UNSPECIFIED", b"d" * 32, "digest.algorithm"),
        ("SHA2_256", b"", "digest.value"),
        ("SHA2_256", b"d" * 31, "digest.value"),
        ("SHA2_512", b"d" * 32, "digest.value"),
    ],
)
def test_a_digest_of_version_two_has_its_length(algorithm: str, digest: bytes, reason: str) -> None:
    path = ("spec", "hashedRekordV002", "data")
    document = replaced(body("hashedrekord", "0.0.2"), path, {"algorithm": algorithm, "digest": b64(digest)})
    assert refusal("hashedrekord", "0.0.2", document).reason == reason


@pytest.mark.parametrize(
    ("text", "certificate"), [(pem("CERTIFICATE", b"0 one"), True), (pem("PUBLIC KEY", b"0 one"), False)]
)
def test_a_verifier_is_a_certificate_or_a_key(text: str, certificate: bool) -> None:
    path = ("spec", "signature", "publicKey", "content")
    document = replaced(body("hashedrekord", "0.0.1"), path, b64(text.encode()))
    read = parse_body("hashedrekord", "0.0.1", encode(document))
    assert isinstance(read, HashedRekordEntry)
    assert read.verifier == Recorded(b"0 one", certificate)


@pytest.mark.parametrize("text", ["", "x", pem("CERTIFICATE", b"1") * 2, pem("PRIVATE KEY", b"1")])
def test_a_verifier_is_one_block(text: str) -> None:
    path = ("spec", "signature", "publicKey", "content")
    document = replaced(body("hashedrekord", "0.0.1"), path, b64(text.encode()))
    assert refusal("hashedrekord", "0.0.1", document).reason == "pem.malformed"


@pytest.mark.parametrize("verifier", [{}, {"x509Certificate": {"rawBytes": "YQ=="}, "publicKey": {"rawBytes": "YQ=="}}])
def test_a_verifier_of_version_two_is_one_of_two(verifier: dict[str, Any]) -> None:
    path = ("spec", "hashedRekordV002", "signature", "verifier")
    document = replaced(body("hashedrekord", "0.0.2"), path, {"keyDetails": "", **verifier})
    assert refusal("hashedrekord", "0.0.2", document).reason == "json.value"


@pytest.mark.parametrize("text", [SIGNATURE, b"\xff", "é".encode()])
def test_an_intoto_signature_is_encoded_twice(text: bytes) -> None:
    path = ("spec", "content", "envelope", "signatures", 0, "sig")
    document = replaced(body("intoto", "0.0.2"), path, b64(text))
    assert refusal("intoto", "0.0.2", document).reason == "base64.malformed"


@pytest.mark.parametrize("version", ["0.0.1", "0.0.2"])
@pytest.mark.parametrize("member", ["hash", "payloadHash"])
def test_an_intoto_entry_may_leave_a_digest_out(version: str, member: str) -> None:
    read = parse_body("intoto", version, encode(without(body("intoto", version), ("spec", "content", member))))
    assert isinstance(read, IntotoEntry)
    assert (read.envelope_digest is None, read.payload_digest is None) == (member == "hash", member == "payloadHash")


PROOF = InclusionProof(3, 4, b"r" * 32, (b"h" * 32, b"g" * 32), "log.example\n4\ncg==\n\n— log.example YQ==\n".encode())


def test_a_transparency_entry_is_read_whole() -> None:
    logged = read_transparency_entry(Node(entry()))
    expected = encode(body("dsse", "0.0.1"))
    assert logged == LogEntry("dsse", "0.0.1", b"i" * 32, 8, 1_700_000_000, expected, SIGNATURE, PROOF)


@pytest.mark.parametrize("time", ["0", 0, None, ...])
def test_a_log_without_a_clock_gives_no_time(time: Any) -> None:
    document = without(entry(), ("integratedTime",)) if time is ... else {**entry(), "integratedTime": time}
    assert read_transparency_entry(Node(document)).integrated_time is None


def test_protobuf_leaves_zeros_and_empty_lists_out() -> None:
    document = without(without(entry(), ("logIndex",)), ("inclusionProof", "logIndex"))
    logged = read_transparency_entry(Node(without(document, ("inclusionProof", "hashes"))))
    assert logged.proof is not None
    assert (logged.log_index, logged.proof.log_index, logged.proof.hashes) == (0, 0, ())


@pytest.mark.parametrize("length", [0, 31, 33, 64])
@pytest.mark.parametrize("path", [("rootHash",), ("hashes", 0)])
def test_a_hash_of_a_proof_is_32_bytes(length: int, path: tuple[str | int, ...]) -> None:
    with pytest.raises(FormatFault) as caught:
        read_transparency_entry(Node(replaced(entry(), ("inclusionProof", *path), b64(b"h" * length))))
    assert caught.value.reason == "log.proof_malformed"


def test_an_answer_of_the_api_is_read_whole() -> None:
    (logged,) = read_api_entries(encode(API_ENTRY))
    assert (logged.kind, logged.version) == ("hashedrekord", "0.0.1")
    assert (logged.log_id, logged.log_index, logged.integrated_time) == (b"\x1f" * 32, 8, 1_700_000_000)
    assert logged.promise == SIGNATURE
    assert logged.proof == InclusionProof(3, 4, b"\xcd" * 32, (b"\xab" * 32,), PROOF.checkpoint)


def test_an_answer_without_a_time_gives_none() -> None:
    (name,) = API_ENTRY
    (logged,) = read_api_entries(encode(replaced(API_ENTRY, (name, "integratedTime"), 0)))
    assert logged.integrated_time is None


def test_an_answer_may_lack_promise_and_proof() -> None:
    (name,) = API_ENTRY
    (logged,) = read_api_entries(encode(without(API_ENTRY, (name, "verification"))))
    assert (logged.promise, logged.proof) == (None, None)


@pytest.mark.parametrize("text", ["1F" * 32, "1f" * 31 + "1", "1f 1f", "", "xy"])
def test_hex_has_one_spelling(text: str) -> None:
    (name,) = API_ENTRY
    with pytest.raises(FormatFault) as caught:
        read_api_entries(encode(replaced(API_ENTRY, (name, "logID"), text)))
    assert caught.value.reason == "json.value"


def test_cosigns_entry_is_a_promise_and_no_proof() -> None:
    logged = read_cosign_entry(Node(COSIGN_BLOB["rekorBundle"]), DEFAULT_LIMITS)
    assert (logged.kind, logged.version, logged.promise, logged.proof) == ("intoto", "0.0.1", SIGNATURE, None)
    assert json.loads(logged.body) == body("intoto", "0.0.1")
