"""Signature schemes: what each takes, what it refuses and by which reason, and that none is mistaken for another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import Digest
from attestations.faults import Fault
from fixtures.world.keys import SigningKey, ec_key, ed25519_key, mldsa_key, rsa_key
from fixtures.world.rsa import sign_pss
from verifier.keys import PublicKey, load_spki
from verifier.signatures import SCHEMES, Scheme, named, schemes_for, verify, verify_digest

from ..values import replace

MESSAGE = b"what was signed"


def signing_key(scheme: str) -> SigningKey:
    """A key that signs with the scheme, in DER."""
    family, *rest = scheme.removesuffix("-raw").split("-")
    if family == "ecdsa":
        return ec_key("signer", rest[0], rest[1])
    if family == "rsa":
        return replace(rsa_key("signer"), hash=rest[1], pss=rest[0] == "pss")
    return mldsa_key("signer", int(rest[1])) if family == "ml" else ed25519_key("signer")


SIGNED = tuple(scheme.name for scheme in SCHEMES if "sha224" not in scheme.name and "any-salt" not in scheme.name)
"""Every scheme that the fixture world's keys can sign with."""


def signed(name: str, message: bytes = MESSAGE) -> tuple[PublicKey, bytes]:
    signer = signing_key(name)
    signature = signer.sign(message)
    return load_spki(signer.spki), raw(signature, signer) if name.endswith("-raw") else signature


def raw(signature: bytes, signer: SigningKey) -> bytes:
    handle = load_spki(signer.spki).handle
    assert isinstance(handle, ec.EllipticCurvePublicKey)
    width = (handle.curve.key_size + 7) // 8
    return b"".join(part.to_bytes(width, "big") for part in decode_dss_signature(signature))


def refusal(check: Callable[..., object], *arguments: object, scheme: Scheme | None) -> str:
    with pytest.raises(Fault) as met:
        check(*arguments, scheme=scheme)
    return met.value.reason


def digest(algorithm: str, message: bytes = MESSAGE) -> Digest:
    return Digest(algorithm, hashlib.new(algorithm, message).hexdigest())


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_holds_over_its_message_alone(name: str) -> None:
    key, signature = signed(name)
    assert verify(key, signature, MESSAGE, scheme=named(name)).name == name
    assert refusal(verify, key, signature, MESSAGE + b".", scheme=named(name)) == "signature.invalid"


@pytest.mark.parametrize("name", [name for name in SIGNED if named(name).digest])
def test_a_signature_holds_over_the_digest_of_its_message(name: str) -> None:
    key, signature = signed(name)
    algorithm = named(name).hash
    assert algorithm
    assert verify_digest(key, signature, digest(algorithm), scheme=named(name)).name == name
    other = digest(algorithm, b"another message")
    assert refusal(verify_digest, key, signature, other, scheme=named(name)) == "signature.invalid"


@pytest.mark.parametrize("name", [name for name in SIGNED if not named(name).digest])
def test_schemes_over_the_bytes_themselves_say_so(name: str) -> None:
    key, signature = signed(name)
    for scheme in (named(name), None):
        reason = refusal(verify_digest, key, signature, digest("sha256"), scheme=scheme)
        assert reason == "signature.needs_bytes"


@pytest.mark.parametrize("name", [name for name in SIGNED if not named(name).explicit])
def test_a_key_finds_its_own_scheme(name: str) -> None:
    key, signature = signed(name)
    assert verify(key, signature, MESSAGE, scheme=None).name == name


@pytest.mark.parametrize("name", [name for name in SIGNED if named(name).explicit])
def test_an_explicit_scheme_is_never_tried(name: str) -> None:
    key, signature = signed(name)
    assert refusal(verify, key, signature, MESSAGE, scheme=None) in ("signature.malformed", "signature.invalid")


def test_a_digest_of_an_algorithm_that_no_scheme_of_the_key_uses_is_refused() -> None:
    key, signature = signed("ecdsa-p256-sha256")
    for scheme in (named("ecdsa-p256-sha256"), None):
        with pytest.raises(Fault, match=r"signature\.scheme_unsupported"):
            verify_digest(key, signature, digest("sha512"), scheme=scheme)


def test_defaults_come_first() -> None:
    names = {
        signing_key(name).details: [scheme.name for scheme in schemes_for(load_spki(signing_key(name).spki))]
        for name in ("ecdsa-p256-sha256", "ecdsa-p384-sha384", "ecdsa-p521-sha512", "rsa-pkcs1-sha256", "ed25519")
    }
    assert [each[0] for each in names.values()] == [
        "ecdsa-p256-sha256",
        "ecdsa-p384-sha384",
        "ecdsa-p521-sha512",
        "rsa-pkcs1-sha256",
        "ed25519",
    ]
    assert names["PKIX_ECDSA_P384_SHA_384"] == ["ecdsa-p384-sha384", "ecdsa-p384-sha256"]
    assert names["PKIX_ECDSA_P256_SHA_256"] == ["ecdsa-p256-sha256"]


def test_raw_variants_are_those_of_ecdsa() -> None:
    key, signature = signed("ecdsa-p384-sha384-raw")
    assert [scheme.name for scheme in schemes_for(key, raw=True)] == ["ecdsa-p384-sha384-raw", "ecdsa-p384-sha256-raw"]
    verify(key, signature, MESSAGE, scheme=schemes_for(key, raw=True)[0])
    other = load_spki(ed25519_key("signer").spki)
    assert schemes_for(other, raw=True) == schemes_for(other)


def test_names_are_unique_and_found() -> None:
    assert len({scheme.name for scheme in SCHEMES}) == len(SCHEMES)
    assert all(named(scheme.name) is scheme for scheme in SCHEMES)
    with pytest.raises(Fault, match=r"signature\.scheme_unsupported"):
        named("ecdsa-p256-md5")


@pytest.mark.parametrize("name", SIGNED)
def test_a_scheme_of_another_kind_of_key_is_refused(name: str) -> None:
    key, signature = signed(name)
    for scheme in SCHEMES:
        if key.algorithm not in scheme.keys:
            reason = refusal(verify, key, signature, MESSAGE, scheme=scheme)
            assert reason == "signature.scheme_unsupported"


@pytest.mark.parametrize("name", SIGNED)
def test_no_scheme_of_the_same_key_takes_anothers_signature(name: str) -> None:
    key, signature = signed(name)
    held = [scheme.name for scheme in SCHEMES if key.algorithm in scheme.keys and holds(key, signature, scheme)]
    assert [each for each in held if not each.endswith("-any-salt")] == [name]


def holds(key: PublicKey, signature: bytes, scheme: Scheme) -> bool:
    try:
        verify(key, signature, MESSAGE, scheme=scheme)
    except Fault:
        return False
    return True


@pytest.mark.parametrize("name", SIGNED)
def test_t74_an_empty_signature_is_malformed(name: str) -> None:
    key, _ = signed(name)
    assert refusal(verify, key, b"", MESSAGE, scheme=named(name)) == "signature.malformed"
    assert refusal(verify, key, b"", MESSAGE, scheme=None) == "signature.malformed"


@pytest.mark.parametrize("name", SIGNED)
def test_t74_a_signature_of_another_length_is_malformed(name: str) -> None:
    key, signature = signed(name)
    for other in (signature + b"\0", signature[:-1], signature * 2, b"\0" + signature):
        assert refusal(verify, key, other, MESSAGE, scheme=named(name)) == "signature.malformed"


@pytest.mark.parametrize("name", SIGNED)
def test_t74_a_signature_under_another_key_is_invalid(name: str) -> None:
    key, signature = signed(name)
    family, *rest = name.removesuffix("-raw").split("-")
    strangers: dict[str, Callable[[], SigningKey]] = {
        "ecdsa": lambda: ec_key("stranger", rest[0]),
        "rsa": lambda: rsa_key("one"),
        "ml": lambda: mldsa_key("stranger", int(rest[1])),
        "ed25519": lambda: ed25519_key("stranger"),
    }
    stranger = load_spki(strangers[family]().spki)
    assert stranger.algorithm == key.algorithm
    assert refusal(verify, stranger, signature, MESSAGE, scheme=named(name)) == "signature.invalid"


@given(st.sampled_from(SIGNED), st.data())
def test_t74_a_changed_byte_is_refused(name: str, data: st.DataObject) -> None:
    key, signature = signed(name)
    at = data.draw(st.integers(0, len(signature) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = signature[:at] + bytes([signature[at] ^ flip]) + signature[at + 1 :]
    with pytest.raises(Fault, match=r"signature\.(invalid|malformed)"):
        verify(key, changed, MESSAGE, scheme=named(name))


@given(st.sampled_from(SCHEMES), st.binary(max_size=600))
def test_any_bytes_are_a_typed_refusal(scheme: Scheme, signature: bytes) -> None:
    name = next(name for name in SIGNED if named(name).keys == scheme.keys)
    key = load_spki(signing_key(name).spki)
    with pytest.raises(Fault, match=r"signature\.(invalid|malformed)"):
        verify(key, signature, MESSAGE, scheme=scheme)


def test_an_ed25519_signature_has_one_s() -> None:
    """s + L names the same number: refused, or a signature could be changed by anybody."""
    key, signature = signed("ed25519")
    order = (1 << 252) + 27742317777372353535851937790883648493
    second = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert refusal(verify, key, second, MESSAGE, scheme=None) == "signature.malformed"


def test_a_p521_key_with_sha256_holds_as_cosign_signs() -> None:
    signer = ec_key("signer", "p521", "sha256")
    key = load_spki(signer.spki)
    assert verify(key, signer.sign(MESSAGE), MESSAGE, scheme=None).name == "ecdsa-p521-sha256"
    assert verify_digest(key, signer.sign(MESSAGE), digest("sha256"), scheme=None).name == "ecdsa-p521-sha256"


def test_a_pss_salt_of_another_length_holds_only_where_it_is_named() -> None:
    signer = rsa_key("signer")
    key = load_spki(signer.spki)
    for size in (0, 20, 222):
        signature = sign_pss(signer.numbers, "sha256", bytes(size), MESSAGE)
        assert refusal(verify, key, signature, MESSAGE, scheme=None) == "signature.invalid"
        verify(key, signature, MESSAGE, scheme=named("rsa-pss-sha256-any-salt"))


def test_sha224_holds_only_where_it_is_named() -> None:
    signer = rsa_key("signer").numbers
    key = load_spki(rsa_key("signer").spki)
    padded = bytes.fromhex("302d300d06096086480165030402040500041c") + hashlib.sha224(MESSAGE).digest()
    width = signer.size
    block = b"\0\1" + b"\xff" * (width - 3 - len(padded)) + b"\0" + padded
    signature = pow(int.from_bytes(block, "big"), signer.d, signer.n).to_bytes(width, "big")
    assert refusal(verify, key, signature, MESSAGE, scheme=None) == "signature.invalid"
    verify(key, signature, MESSAGE, scheme=named("rsa-pkcs1-sha224"))


def test_ml_dsa_signs_with_the_empty_context() -> None:
    signer = mldsa_key("signer", 44)
    key = load_spki(signer.spki)
    with_context = signer.private.sign(MESSAGE, b"another use")
    assert refusal(verify, key, with_context, MESSAGE, scheme=None) == "signature.invalid"


def test_a_digest_of_the_wrong_length_is_our_bug() -> None:
    key, signature = signed("ecdsa-p256-sha256")
    with pytest.raises(ValueError, match="digest"):
        verify_digest(key, signature, Digest("sha256", "00" * 20), scheme=None)


def test_prehashing_is_not_hashing_twice() -> None:
    signer = ec_key("signer")
    twice = signer.private.sign(hashlib.sha256(MESSAGE).digest(), ec.ECDSA(hashes.SHA256()))
    assert refusal(verify_digest, load_spki(signer.spki), twice, digest("sha256"), scheme=None) == "signature.invalid"
