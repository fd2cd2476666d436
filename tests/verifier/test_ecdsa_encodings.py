"""ECDSA signatures have one spelling: DER to the byte, or r and s at full width where the caller asks for that."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from attestations.faults import Fault
from fixtures.world.keys import ec_key
from verifier.keys import PublicKey, load_spki
from verifier.signatures import Scheme, schemes_for, verify

MESSAGE = b"what was signed"


def refusal(key: PublicKey, signature: bytes, scheme: Scheme | None = None) -> str:
    with pytest.raises(Fault) as met:
        verify(key, signature, MESSAGE, scheme=scheme)
    return met.value.reason


def der(*integers: bytes) -> bytes:
    body = b"".join(b"\x02" + bytes([len(value)]) + value for value in integers)
    return b"\x30" + bytes([len(body)]) + body


def p256_parts() -> tuple[PublicKey, bytes, bytes]:
    signer = ec_key("signer")
    key, signature = load_spki(signer.spki), signer.sign(MESSAGE)
    r, s = decode_dss_signature(signature)
    minimal = [value.to_bytes(value.bit_length() // 8 + 1, "big") for value in (r, s)]
    assert der(*minimal) == signature
    return key, minimal[0], minimal[1]


def test_t95_ecdsa_signatures_have_one_der_spelling() -> None:
    key, r, s = p256_parts()
    good = der(r, s)
    body = good[2:]
    spellings = {
        "a zero before r": der(b"\0" + r, s),
        "a zero before s": der(r, b"\0" + s),
        "a third integer": der(r, s, b"\1"),
        "r alone": der(r),
        "a long length": b"\x30\x81" + good[1:],
        "a longer length": b"\x30\x82\0" + good[1:],
        "an indefinite length": b"\x30\x80" + body + b"\0\0",
        "a set": b"\x31" + good[1:],
        "trailing bytes": good + b"\0",
        "trailing bytes inside": b"\x30" + bytes([len(body) + 2]) + body + b"\5\0",
        "nested sequences": b"\x30" + bytes([len(good)]) + good,
        "an empty integer": der(b"", s),
        "a negative r": der(b"\xff" + r, s),
        "deep nesting": b"\x30\x80" * 5000,
    }
    for spelling, signature in spellings.items():
        assert refusal(key, signature) == "signature.malformed", spelling
    verify(key, good, MESSAGE, scheme=None)


@pytest.mark.parametrize("curve", ["p256", "p384", "p521"])
@pytest.mark.parametrize("encoding", ["der", "raw"])
def test_r_and_s_lie_within_the_order(curve: str, encoding: str) -> None:
    signer = ec_key("signer", curve)
    key = load_spki(signer.spki)
    assert isinstance(key.handle, ec.EllipticCurvePublicKey)
    n, width = key.handle.curve.group_order, (key.handle.curve.key_size + 7) // 8
    r, s = decode_dss_signature(signer.sign(MESSAGE))
    scheme = schemes_for(key, raw=encoding == "raw")[0]

    def encode(r: int, s: int) -> bytes:
        return encode_dss_signature(r, s) if encoding == "der" else r.to_bytes(width, "big") + s.to_bytes(width, "big")

    for pair in [(0, s), (r, 0), (n, s), (r, n), (n + 1, s), (0, 0)]:
        assert refusal(key, encode(*pair), scheme) == "signature.malformed"
    verify(key, encode(r, s), MESSAGE, scheme=scheme)
