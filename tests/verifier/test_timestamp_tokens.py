"""Timestamps: what a token is over, how it is signed, and how it is written; each rule broken once."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from asn1crypto import cms
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import Fault
from attestations.timestamp_tokens import parse_timestamp
from fixtures.world.keys import ec_key, ed25519_key, mldsa_key, rsa_key
from verifier.authenticated import VerifiedTime
from verifier.timestamps import verify_timestamp
from verifier.trust import UNBOUNDED, TrustRoot, Window

from ..values import replace
from .making import (
    AT,
    Wanted,
    timestamp_authority,
    trusting,
)
from .stamping import CHAIN, MESSAGE, STAMP, TSA, Stamp


def trust(*chain: Wanted | bytes, window: Window = UNBOUNDED) -> TrustRoot:
    return trusting(timestamp_authority(*(chain or CHAIN), window=window))


TRUST = trust()


def reason(token: Stamp | bytes, root: TrustRoot = TRUST, message: bytes = MESSAGE) -> str:
    with pytest.raises(Fault) as met:
        verified(token, root, message)
    return met.value.reason


def verified(token: Stamp | bytes, root: TrustRoot = TRUST, message: bytes = MESSAGE) -> VerifiedTime:
    return verify_timestamp(token.token() if isinstance(token, Stamp) else token, message, root)


def test_t40_a_timestamp_of_another_message_is_refused() -> None:
    assert reason(STAMP, message=b"another signature") == "time.other_message"
    assert reason(replace(STAMP, message=b"")) == "time.other_message"
    assert verified(replace(STAMP, message=b""), message=b"").at == AT


@pytest.mark.parametrize("imprint", ["sha256", "sha384", "sha512"])
def test_the_imprint_is_over_any_hash_of_the_second_family(imprint: str) -> None:
    assert verified(replace(STAMP, imprint=imprint)).at == AT


@pytest.mark.parametrize("imprint", ["sha1", "md5", "sha224", "sha3_256"])
def test_an_imprint_over_another_hash_is_not_read(imprint: str) -> None:
    assert reason(replace(STAMP, imprint=imprint)) == "time.unsupported"


def test_an_imprint_that_is_cut_off_is_another_message() -> None:
    cut = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(MESSAGE).digest()[:16]}
    assert reason(replace(STAMP, info={"message_imprint": cut})) == "time.other_message"


@pytest.mark.parametrize(("key", "digest", "signature"), [
    (ec_key("tsa"), "sha256", "sha256_ecdsa"),
    (ec_key("tsa", "p384"), "sha384", "sha384_ecdsa"),
    (ec_key("tsa", "p384", "sha256"), "sha256", "sha256_ecdsa"),
    (ec_key("tsa", "p521"), "sha512", "sha512_ecdsa"),
    (rsa_key("tsa"), "sha256", "sha256_rsa"),
    (rsa_key("tsa"), "sha256", "rsassa_pkcs1v15"),
    (rsa_key("tsa", 2048, "sha512"), "sha512", "sha512_rsa"),
    (ed25519_key("tsa"), "sha512", "ed25519"),
    (mldsa_key("tsa", 65), "sha512", "2.16.840.1.101.3.4.3.18"),
])  # fmt: skip
def test_every_scheme_that_is_read_signs_timestamps(key: Any, digest: str, signature: str) -> None:
    named = replace(TSA, key=key).der()
    stamp = replace(STAMP, key=key, names=named, digest=digest, signature=signature)
    assert verified(stamp, trust(named, *CHAIN[1:])).at == AT


@pytest.mark.parametrize(("digest", "signature", "wanted"), [
    ("sha1", "sha1_ecdsa", "time.unsupported"),
    ("sha224", "sha224_ecdsa", "time.unsupported"),
    ("sha256", "sha1_ecdsa", "time.unsupported"),
    ("sha256", "sha384_ecdsa", "time.malformed"),
    ("sha256", "sha256_rsa", "time.unsupported"),
    ("sha256", "sha256_dsa", "time.unsupported"),
    ("sha256", "rsassa_pss", "time.unsupported"),
])  # fmt: skip
def test_another_scheme_is_not_read(digest: str, signature: str, wanted: str) -> None:
    assert reason(replace(STAMP, digest=digest, signature=signature)) == wanted


def test_one_changed_byte_anywhere_in_what_is_signed_is_noticed() -> None:
    token = STAMP.token()
    for at in (token.index(b"20260302110400Z") + 3, token.rindex(hashlib.sha256(MESSAGE).digest()), len(token) - 1):
        changed = bytearray(token)
        changed[at] ^= 1
        assert reason(bytes(changed)) in ("time.signature_invalid", "time.outside_window")


def test_the_content_shown_is_the_content_signed() -> None:
    later = replace(STAMP, at=AT.replace(minute=5))
    shown = parse_timestamp(later.token()).signed.content
    assert reason(replace(STAMP, shown=shown)) == "time.signature_invalid"


@pytest.mark.parametrize(("attributes", "wanted"), [
    ({"content_type": None}, "time.malformed"),
    ({"content_type": ["data"]}, "time.malformed"),
    ({"content_type": ["tst_info", "tst_info"]}, "time.malformed"),
    ({"message_digest": None}, "time.malformed"),
    ({"message_digest": [b"\x00" * 32]}, "time.signature_invalid"),
    ({"message_digest": [b"\x00" * 32] * 2}, "time.malformed"),
    ({"signing_certificate_v2": None}, "time.malformed"),
    ({"signing_certificate_v2": [{"certs": [{"cert_hash": b"\x00" * 32}]}]}, "time.signature_invalid"),
    ({"signing_certificate_v2": [{"certs": []}]}, "time.malformed"),
    ({"signing_certificate_v2": [{"certs": [{"hash_algorithm": {"algorithm": "sha1"}, "cert_hash": b"\x00" * 20}]}]},
     "time.unsupported"),
    ({"signing_certificate": [{"certs": [{"cert_hash": b"\x00" * 20}]}]}, "time.signature_invalid"),
])  # fmt: skip
def test_the_signed_attributes_bind_content_and_certificate(attributes: dict[str, Any], wanted: str) -> None:
    assert reason(replace(STAMP, attributes=attributes)) == wanted


def test_the_certificate_is_named_by_any_of_its_hashes() -> None:
    der = TSA.der()
    sha1 = {"certs": [{"cert_hash": hashlib.sha1(der, usedforsecurity=False).digest()}]}
    sha512 = {"certs": [{"hash_algorithm": {"algorithm": "sha512"}, "cert_hash": hashlib.sha512(der).digest()}]}
    both = {"signing_certificate": [sha1], "signing_certificate_v2": [sha512]}
    old = {"signing_certificate": [sha1], "signing_certificate_v2": None}
    for attributes in (both, old, {"signing_certificate_v2": [sha512]}):
        assert verified(replace(STAMP, attributes=attributes)).at == AT


def test_a_signature_without_signed_attributes_is_no_timestamp() -> None:
    info = parse_timestamp(STAMP.token()).signed.content
    bare = replace(STAMP, signer={"signed_attrs": None, "signature": STAMP.key.sign(info)})
    assert reason(bare) == "time.malformed"


@pytest.mark.parametrize("signers", [0, 2, 40])
def test_a_timestamp_has_one_signer(signers: int) -> None:
    assert reason(replace(STAMP, signers=signers)) == "time.malformed"


def test_signed_data_about_something_else_is_no_timestamp() -> None:
    assert reason(replace(STAMP, content_type="data")) == "time.malformed"


def extension(critical: bool) -> dict[str, Any]:
    return {"extensions": [{"extn_id": "1.2.3.4", "critical": critical, "extn_value": b"\x05\x00"}]}


def test_a_critical_extension_is_not_ignored() -> None:
    assert reason(replace(STAMP, info=extension(critical=True))) == "time.unsupported"
    assert verified(replace(STAMP, info=extension(critical=False))).at == AT


def test_another_version_is_not_read() -> None:
    assert reason(replace(STAMP, info={"version": 2})) == "time.unsupported"


@pytest.mark.parametrize("info", [{"nonce": 1 << 80}, {"ordering": True}, {"serial_number": -(1 << 70)}])
def test_what_binds_nothing_here_is_read_and_left_alone(info: dict[str, Any]) -> None:
    assert verified(replace(STAMP, info=info)).at == AT


def test_t95_a_token_has_one_spelling() -> None:
    token = STAMP.token()
    indefinite = b"\x30\x80" + token[4:] + b"\x00\x00"
    for broken in (b"", b"\x30", b"\x05\x00", token[:-1], token + b"\x00", indefinite, b"\x30\x03" + b"\x30" * 5000):
        assert reason(broken) == "time.malformed"
    assert reason(STAMP.response() + b"\x00") == "time.malformed"


def test_t95_a_signed_attribute_stands_once() -> None:
    info = cms.ContentInfo.load(STAMP.token())
    signer = info["content"]["signer_infos"][0]
    signer["signed_attrs"].append(signer["signed_attrs"][1])
    assert reason(bytes(info.dump(force=True))) == "time.malformed"


@given(st.data())
def test_any_changed_byte_is_refused_or_means_nothing(data: st.DataObject) -> None:
    """Whatever byte of a response is changed: a typed refusal, or the very same time."""
    token = bytearray(replace(STAMP, embeds=(TSA,)).response())
    at = data.draw(st.integers(0, len(token) - 1))
    token[at] ^= data.draw(st.integers(1, 255))
    try:
        assert verified(bytes(token)).at == AT
    except Fault as fault:
        assert fault.reason.startswith("time.")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    assert reason(data).startswith("time.")
