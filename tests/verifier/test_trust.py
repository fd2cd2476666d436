"""Trust roots and key files: what counts, when, and what a bad entry refuses."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from attestations.digests import Digest
from attestations.faults import Fault
from fixtures.world.keys import SigningKey, ec_key, ed25519_key, key_for, mldsa_key, pem, rsa_key
from verifier.key_details import KEY_DETAILS
from verifier.signatures import verify
from verifier.trust import (
    NEVER,
    UNBOUNDED,
    TransparencyLog,
    TrustRoot,
    Window,
    check_age,
    load_key_file,
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


@pytest.mark.parametrize(("window", "at", "holds"), [
    (Window(AT, END), AT, True),
    (Window(AT, END), AT - SECOND, False),
    (Window(START, AT), AT, True),
    (Window(START, AT), AT + datetime.timedelta(microseconds=1), False),
    (Window(None, AT), START, True),
    (Window(AT, None), END, True),
    (Window(END, START), AT, False),
    (UNBOUNDED, AT, True),
])  # fmt: skip
def test_both_ends_of_a_window_belong_to_it(window: Window, at: datetime.datetime, holds: bool) -> None:
    assert (at in window) is holds


def test_a_window_has_aware_bounds() -> None:
    with pytest.raises(ValueError, match="aware"):
        Window(AT.replace(tzinfo=None), None)
    assert str(Window(START, None)) == "2025-01-01T00:00:00Z to now"
    assert str(Window(None, END)) == "always to 2035-01-01T00:00:00Z"


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


P256, ED25519 = ec_key("pinned"), ed25519_key("pinned")


def fingerprint(spki: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(spki).hexdigest())


def keys(data: bytes, windows: Mapping[Digest, Window] | None = None) -> list[tuple[Digest, Window]]:
    loaded = load_key_file(data, name="keys.pem", windows=windows or {})
    assert {each.name for each in loaded} == {"keys.pem"}
    return [(each.key.fingerprint, each.window) for each in loaded]


def test_a_key_file_holds_one_or_several_keys_in_its_order() -> None:
    both = pem(P256.spki) + b"\nsome words about the second\n" + pem(ED25519.spki)
    assert keys(both) == [(fingerprint(P256.spki), UNBOUNDED), (fingerprint(ED25519.spki), UNBOUNDED)]
    assert keys(both.replace(b"\n", b"\r\n")) == keys(both)
    assert keys(pem(mldsa_key("pinned", 87).spki))


def test_t25_one_key_given_twice_is_one_key() -> None:
    assert len(keys(pem(P256.spki) * 3)) == 1


def test_a_window_is_looked_up_by_the_keys_fingerprint() -> None:
    window = Window(START, AT)
    windows = {fingerprint(P256.spki): window, fingerprint(b"another key"): NEVER}
    assert keys(pem(P256.spki) + pem(ED25519.spki), windows) == [
        (fingerprint(P256.spki), window),
        (fingerprint(ED25519.spki), UNBOUNDED),
    ]


def private_pem() -> bytes:
    return P256.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(("data", "wanted"), [
    (b"", "trust.key_missing"),
    (b"no key here", "trust.key_missing"),
    (pem(P256.spki)[:-30], "trust.key_missing"),
    (P256.spki, "trust.key_missing"),
    (private_pem(), "trust.key_malformed"),
    (pem(P256.spki) + private_pem(), "trust.key_malformed"),
    (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "trust.key_malformed"),
    (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "trust.key_malformed"),
    (b"-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n", "trust.key_malformed"),
    (pem(ec_key("pinned", "k256").spki), "trust.key_unsupported"),
])  # fmt: skip
def test_a_file_without_readable_public_keys_is_refused(data: bytes, wanted: str) -> None:
    with pytest.raises(Fault) as met:
        load_key_file(data, name="keys.pem", windows={})
    assert met.value.reason == wanted
    assert met.value.place.source == "keys.pem"
    assert "PRIVATE" not in str(met.value) or "PRIVATE KEY" in str(met.value)
    assert (
        base64.b64encode(P256.private.private_numbers().private_value.to_bytes(32, "big"))[:16]
        not in str(met.value).encode()
    )
