"""Trust roots and key files: what counts, when, and what a bad entry refuses."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from attestations.digests import Digest
from attestations.faults import Fault
from fixtures.world.keys import SigningKey, ec_key, ed25519_key, key_for, rsa_key
from verifier.key_details import KEY_DETAILS
from verifier.signatures import verify
from verifier.trust import (
    NEVER,
    UNBOUNDED,
    TransparencyLog,
    TrustRoot,
    Window,
    check_age,
    load_trust_root,
)
from verifier.verdict import TrustReference

from .making import AT, END, INTERMEDIATE, ROOT, START

SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
VALID = {"start": "2025-01-01T00:00:00Z", "end": "2035-01-01T00:00:00Z"}


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def log(key: bytes = ed25519_key("log").spki, details: str = "PKIX_ED25519", **fields: Any) -> dict[str, Any]:
    public = {"rawBytes": _b64(key), "keyDetails": details, "validFor": VALID}
    entry: dict[str, Any] = {
        "baseUrl": "https://log1.rekor.acme.example/path",
        "hashAlgorithm": "SHA2_256",
        "publicKey": public,
        "logId": {"keyId": _b64(hashlib.sha256(key).digest())},
    }
    return entry | fields


def chain(**fields: Any) -> dict[str, Any]:
    certificates = [{"rawBytes": _b64(each.der())} for each in (INTERMEDIATE, ROOT)]
    entry: dict[str, Any] = {
        "subject": {"organization": "acme", "commonName": "acme CA"},
        "uri": "https://fulcio.acme.example",
        "certChain": {"certificates": certificates},
        "validFor": VALID,
    }
    return entry | fields


def root(*, version: str = "0.1", **lists: list[dict[str, Any]]) -> bytes:
    return json.dumps({"mediaType": f"application/vnd.dev.sigstore.trustedroot.v{version}+json", **lists}).encode()


def load(data: bytes) -> TrustRoot:
    return load_trust_root(data, name="acme", dated=None)


def only_log(entry: dict[str, Any]) -> TransparencyLog:
    return load(root(tlogs=[entry])).logs[0]


def reason(data: bytes) -> str:
    with pytest.raises(Fault) as met:
        load(data)
    return met.value.reason


def test_a_trust_root_is_cited_by_name_digest_and_date() -> None:
    data = root()
    loaded = load_trust_root(data, name="sigstore", dated=AT)
    assert loaded.reference == TrustReference("sigstore", Digest("sha256", hashlib.sha256(data).hexdigest()), AT)


def test_every_entry_keeps_its_window_and_its_place() -> None:
    data = root(tlogs=[log(), log(baseUrl="second")], ctlogs=[log()], certificateAuthorities=[chain()],
                timestampAuthorities=[chain(uri="https://tsa.acme.example")])  # fmt: skip
    loaded = load(data)
    assert [each.name for each in loaded.logs] == ["https://log1.rekor.acme.example/path", "second"]
    windows = {each.window for each in (*loaded.logs, *loaded.ct_logs, *loaded.certificate_authorities)}
    assert windows == {Window(START, END)}
    assert loaded.certificate_authorities[0].chain == (INTERMEDIATE.der(), ROOT.der())
    assert loaded.timestamp_authorities[0].name == "https://tsa.acme.example"
    assert loaded.logs[0].origin == "log1.rekor.acme.example/path"


@pytest.mark.parametrize(
    ("scheme", "details"), sorted({row.scheme: name for name, row in KEY_DETAILS.items() if not row.pkcs1}.items())
)
def test_a_log_signs_with_the_scheme_that_its_key_details_name(scheme: str, details: str) -> None:
    key: SigningKey = key_for(scheme, "log")
    entry = only_log(log(key.spki, details))
    assert entry.scheme.name == scheme
    verify(entry.key, key.sign(b"message"), b"message", scheme=entry.scheme)


def test_a_bare_rsa_key_is_wrapped() -> None:
    key = rsa_key("log")
    public = key.private.public_key()
    bare = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    entry = only_log(log(bare, "PKCS1_RSA_PKCS1V5"))
    assert entry.key.spki == key.spki
    verify(entry.key, key.sign(b"message"), b"message", scheme=entry.scheme)


@pytest.mark.parametrize(("entry", "wanted"), [
    (log(details="PKIX_ED25519_PH"), "trust.key_unsupported"),
    (log(details="LMS_SHA256"), "trust.key_unsupported"),
    (log(details="ML_DSA_44_NEXT"), "trust.key_unsupported"),
    (log(ec_key("log", "k256").spki, "PKIX_ECDSA_P256_SHA_256"), "trust.key_unsupported"),
    (log(b"", "PKIX_ED25519"), "trust.key_malformed"),
    (log(b"\x30\x00", "PKCS1_RSA_PKCS1V5"), "trust.key_malformed"),
    (log(bytes(200), "PKCS1_RSA_PSS"), "trust.key_malformed"),
])  # fmt: skip
def test_an_entry_that_cannot_be_used_refuses_only_what_uses_it(entry: dict[str, Any], wanted: str) -> None:
    loaded = load(root(tlogs=[entry, log()]))
    assert loaded.logs[1].key.algorithm == "ed25519"
    with pytest.raises(Fault) as met:
        assert loaded.logs[0].scheme.name
        assert loaded.logs[0].key.spki
    assert met.value.reason == wanted


def test_an_operator_is_stated_or_is_the_host() -> None:
    """T27: what thresholds count. Shards and paths of one host are one party; a v0.2 root says it outright."""
    shards = ["https://ct.acme.example/2022", "https://ct.acme.example:8443/2025", "ct.acme.example/2026"]
    loaded = load(root(ctlogs=[log(baseUrl=url) for url in shards], timestampAuthorities=[chain(uri=""), chain()]))
    assert {each.operator for each in loaded.ct_logs} == {"ct.acme.example"}
    assert [each.operator for each in loaded.timestamp_authorities] == ["acme", "fulcio.acme.example"]
    assert loaded.timestamp_authorities[0].name == "acme CA"
    stated = load(root(version="0.2", ctlogs=[log(baseUrl=url, operator="acme.example") for url in shards]))
    assert {each.operator for each in stated.ct_logs} == {"acme.example"}


@pytest.mark.parametrize("url", ["http://[::1", "http://[x]/", "", "//", "https://", "a b", "\x00", "é.example"])
def test_a_url_that_is_none_is_a_name(url: str) -> None:
    loaded = load(root(tlogs=[log(baseUrl=url)], timestampAuthorities=[chain(uri=url)]))
    assert loaded.logs[0].name == url
    assert loaded.timestamp_authorities[0].operator


def test_a_log_that_states_no_id_has_the_one_that_its_key_gives() -> None:
    """Version 0.2 may leave it out: RFC 6962's for a CT log and an ECDSA key, a signed note's for a Rekor v2 log."""
    ed25519, ecdsa = ed25519_key("log").spki, ec_key("log").spki
    entries = [log(logId=None), log(ecdsa, "PKIX_ECDSA_P256_SHA_256", logId=None), log(details="NEXT", logId=None)]
    loaded = load(root(version="0.2", tlogs=entries, ctlogs=entries))
    noted = hashlib.sha256(b"log1.rekor.acme.example/path\n\x01" + ed25519[-32:]).digest()
    plain = [hashlib.sha256(each).digest() for each in (ed25519, ecdsa)]
    assert [each.log_id for each in loaded.logs] == [noted, plain[1], b""]
    assert [each.log_id for each in loaded.ct_logs] == [*plain, b""]


def key_with(valid: object) -> dict[str, Any]:
    entry = log()
    entry["publicKey"] = {**entry["publicKey"], "validFor": valid}
    return entry


def test_a_window_without_a_start_holds_no_moment() -> None:
    """A range that is stated has a start (TimeRange); to read a missing one as open would trust for ever."""
    for valid in ({}, {"end": "2035-01-01T00:00:00Z"}):
        assert only_log(key_with(valid)).window == NEVER
        assert load(root(certificateAuthorities=[chain(validFor=valid)])).certificate_authorities[0].window == NEVER
    authority = chain()
    del authority["validFor"]
    assert load(root(timestampAuthorities=[authority])).timestamp_authorities[0].window == NEVER
    assert str(NEVER) == "never"
    assert AT not in NEVER


def test_a_key_that_states_no_range_is_valid_whenever_it_is_trusted() -> None:
    """PublicKey.valid_for is optional: whoever leaves it out bounds the key by giving the trust root."""
    entry = log()
    del entry["publicKey"]["validFor"]
    assert only_log(entry).window == UNBOUNDED
    assert only_log(key_with(None)).window == UNBOUNDED


@pytest.mark.parametrize(("data", "wanted"), [
    (b"", "trust.malformed"),
    (b"[]", "trust.malformed"),
    (root(tlogs=[{}]), "trust.malformed"),
    (b'{"mediaType":"a","mediaType":"b"}', "trust.malformed"),
    (root(version="0.9"), "trust.version_unsupported"),
    (b"{" + b" " * (4 << 20) + b"}", "limit.trust_root"),
])  # fmt: skip
def test_t51_a_trust_root_that_is_damaged_is_refused(data: bytes, wanted: str) -> None:
    assert reason(data) == wanted


def test_a_fault_of_a_trust_root_says_where() -> None:
    with pytest.raises(Fault) as met:
        load(root(tlogs=[log(), log(baseUrl=7)]))
    assert str(met.value.place) == "acme#/tlogs/1/baseUrl"


@pytest.mark.parametrize(("dated", "wanted"), [
    (AT, ""),
    (AT - 90 * DAY, ""),
    (AT - 90 * DAY - SECOND, "trust.stale"),
    (AT + SECOND, "trust.from_the_future"),
    (None, "trust.undated"),
])  # fmt: skip
def test_t51_a_trust_root_has_an_age(dated: datetime.datetime | None, wanted: str) -> None:
    reference = TrustReference("acme", Digest("sha256", "00" * 32), dated)
    if not wanted:
        check_age(reference, now=AT, max_age=90 * DAY)
        return
    with pytest.raises(Fault) as met:
        check_age(reference, now=AT, max_age=90 * DAY)
    assert met.value.reason == wanted
