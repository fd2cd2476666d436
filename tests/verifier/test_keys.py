"""Public keys: one value a key whatever its spelling, and bounds on what a key may be."""

from __future__ import annotations

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key, key_for, mldsa_key, pem, rsa_key
from verifier.keys import PublicKey, load_ed25519, load_ml_dsa_44, load_pem, load_spki

ALGORITHMS = {
    "ecdsa-p256": ec_key("one", "p256").spki,
    "ecdsa-p384": ec_key("one", "p384").spki,
    "ecdsa-p521": ec_key("one", "p521").spki,
    "ed25519": ed25519_key("one").spki,
    "rsa": rsa_key("one").spki,
    "ml-dsa-44": mldsa_key("one", 44).spki,
    "ml-dsa-65": mldsa_key("one", 65).spki,
    "ml-dsa-87": mldsa_key("one", 87).spki,
}


def reason(data: bytes) -> str:
    with pytest.raises(Fault) as met:
        load_spki(data)
    return met.value.reason


def compressed(algorithm: str) -> bytes:
    """The key with its point compressed, a spelling that RFC 5480 allows."""
    handle = load_spki(ALGORITHMS[algorithm]).handle
    assert isinstance(handle, ec.EllipticCurvePublicKey)
    point = handle.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    der = ALGORITHMS[algorithm]
    identifier = der[3 if der[1] == 0x81 else 2 :][: 0x15 if algorithm == "ecdsa-p256" else 0x12]
    content = identifier + b"\x03" + bytes([len(point) + 1]) + b"\x00" + point
    return b"\x30" + bytes([len(content)]) + content


def rsa_spki(bits: int, exponent: int) -> bytes:
    """An RSA key of a shape alone: an odd modulus that nobody has factored or needs to."""
    numbers = rsa.RSAPublicNumbers(exponent, (1 << bits) - 159)
    return numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm_is_read_and_kept_as_it_is(algorithm: str) -> None:
    key = load_spki(ALGORITHMS[algorithm])
    assert (key.algorithm, key.spki) == (algorithm, ALGORITHMS[algorithm])
    assert key.fingerprint.algorithm == "sha256"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_t25_pem_and_der_of_one_key_count_once(algorithm: str) -> None:
    der = ALGORITHMS[algorithm]
    assert load_pem(pem(der)) == load_spki(der)
    assert load_pem(b"\r\n" + pem(der).replace(b"\n", b"\r\n")).fingerprint == load_spki(der).fingerprint


@pytest.mark.parametrize("algorithm", ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521"])
def test_t25_a_compressed_point_is_the_same_key(algorithm: str) -> None:
    assert compressed(algorithm) != ALGORITHMS[algorithm]
    assert len({load_spki(compressed(algorithm)), load_spki(ALGORITHMS[algorithm])}) == 1


def test_t25_an_ed25519_key_with_a_null_is_the_same_key() -> None:
    raw = ALGORITHMS["ed25519"][-32:]
    with_null = bytes.fromhex("302c300706032b65700500032100") + raw
    assert load_spki(with_null) == load_spki(ALGORITHMS["ed25519"]) == load_ed25519(raw)


def test_that_null_is_let_through_in_those_exact_bytes_alone() -> None:
    raw, prefix = ALGORITHMS["ed25519"][-32:], bytes.fromhex("302c300706032b65700500032100")
    for other in (prefix + raw + b"\0", prefix + raw[1:], bytes(14) + raw, prefix[:-1] + b"\1" + raw):
        assert reason(other) == "key.malformed"


def test_t24_different_keys_have_different_fingerprints() -> None:
    keys = {load_spki(key_for(scheme, name).spki) for scheme in ("ecdsa-p256-sha256", "ed25519") for name in "ab"}
    assert len({key.fingerprint for key in keys}) == 4


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_t95_der_of_any_other_length_is_refused(algorithm: str) -> None:
    der = ALGORITHMS[algorithm]
    assert {reason(der + b"\0"), reason(der[:-1]), reason(b""), reason(b"\0" + der)} == {"key.malformed"}


def test_t95_a_length_in_too_many_bytes_is_refused() -> None:
    der = ALGORITHMS["ed25519"]
    assert reason(b"\x30\x81" + der[1:]) == "key.malformed"


def test_t95_der_nested_without_end_is_refused() -> None:
    assert reason(b"\x30\x80" * 4000) == "key.malformed"


def test_an_oversized_key_is_refused_before_it_is_read() -> None:
    for load, size in ((load_spki, 8192), (load_pem, 16384)):
        with pytest.raises(Fault, match=f"{size + 1} bytes where a public key .*takes at most {size}"):
            load(bytes(size + 1))
        with pytest.raises(Fault) as met:
            load(bytes(size))
        assert "at most" not in met.value.detail


def tlv(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (size if len(body) < 128 else bytes([0x80 | len(size)]) + size) + body


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def test_a_curve_by_its_parameters_is_refused() -> None:
    """Whoever may state parameters may state another generator (CVE-2020-0601). Here all of them are P-256's own."""
    p = (1 << 256) - (1 << 224) + (1 << 192) + (1 << 96) - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    generator = ec.derive_private_key(1, ec.SECP256R1()).public_key()
    parameters = tlv(
        0x30,
        integer(1),
        tlv(0x30, bytes.fromhex("06072a8648ce3d0101"), integer(p)),
        tlv(0x30, tlv(0x04, (p - 3).to_bytes(32, "big")), tlv(0x04, b.to_bytes(32, "big"))),
        tlv(0x04, generator.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
        integer(ec.SECP256R1().group_order),
        integer(1),
    )
    identifier = tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), parameters)
    point = ALGORITHMS["ecdsa-p256"][-65:]
    der = tlv(0x30, identifier, tlv(0x03, b"\0", point))
    assert reason(der) == "key.malformed"


def test_a_bare_pkcs1_key_is_refused() -> None:
    handle = load_spki(ALGORITHMS["rsa"]).handle
    assert reason(handle.public_bytes(Encoding.DER, PublicFormat.PKCS1)) == "key.malformed"


def test_rsa_without_its_null_is_refused() -> None:
    der = ALGORITHMS["rsa"]
    assert der[:4] == bytes.fromhex("30820122")
    assert reason(bytes.fromhex("30820120300b06092a864886f70d010101") + der[19:]) == "key.malformed"


def test_an_rsa_key_restricted_to_pss_is_unsupported() -> None:
    """id-RSASSA-PSS says what the key may sign with; to forget it would widen what its owner allowed."""
    restricted = bytes.fromhex("30820120300b06092a864886f70d01010a") + ALGORITHMS["rsa"][19:]
    assert reason(restricted) == "key.unsupported"


@pytest.mark.parametrize(("bits", "exponent"), [(2048, 3), (2048, 65537), (8192, 65537), (2048, (1 << 33) - 1)])
def test_rsa_within_its_bounds_is_read(bits: int, exponent: int) -> None:
    assert load_spki(rsa_spki(bits, exponent)).algorithm == "rsa"


@pytest.mark.parametrize(("bits", "exponent"), [(1024, 65537), (2047, 65537), (8193, 65537), (2048, (1 << 33) + 1)])
def test_rsa_outside_its_bounds_is_weak(bits: int, exponent: int) -> None:
    assert reason(rsa_spki(bits, exponent)) == "key.weak"


def unread() -> list[bytes]:
    """Keys of algorithms and curves that are not in the table, out of fixed numbers."""
    handles: list[PublicKeyTypes] = [
        x25519.X25519PublicKey.from_public_bytes(bytes(31) + b"\1"),
        ed448.Ed448PublicKey.from_public_bytes(bytes(56) + b"\1"),
        ec.derive_private_key(7, ec.SECP256K1()).public_key(),
        ec.derive_private_key(7, ec.SECP224R1()).public_key(),
        dsa.DSAPublicNumbers(4, dsa.DSAParameterNumbers((1 << 2048) - 1942289, (1 << 256) - 189, 2)).public_key(),
    ]
    return [handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for handle in handles]


def test_other_algorithms_and_curves_are_unsupported() -> None:
    assert [reason(der) for der in unread()] == ["key.unsupported"] * 5


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not PEM",
        pem(ALGORITHMS["ed25519"]) + b"and more",
        b"before" + pem(ALGORITHMS["ed25519"]),
        pem(ALGORITHMS["ed25519"]).replace(b"PUBLIC", b"PUBLIQUE"),
    ],
)
def test_what_is_not_one_pem_block_is_refused(text: bytes) -> None:
    with pytest.raises(Fault, match=r"pem\.malformed|key\.malformed"):
        load_pem(text)


@pytest.mark.parametrize("label", ["PRIVATE KEY", "CERTIFICATE", "RSA PUBLIC KEY"])
def test_a_block_of_another_kind_is_refused_by_name(label: str) -> None:
    content = b64encode(ALGORITHMS["ed25519"])
    with pytest.raises(Fault, match=r"key\.malformed") as met:
        load_pem(b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label.encode(), content, label.encode()))
    assert met.value.actual == label


def test_two_keys_in_one_file_are_not_one_key() -> None:
    with pytest.raises(Fault, match=r"key\.malformed"):
        load_pem(pem(ALGORITHMS["ed25519"]) + pem(ALGORITHMS["ecdsa-p256"]))


P = (1 << 255) - 19
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """The group law of edwards25519, as the formula stands in RFC 8032 section 5.1.4 before it is made fast."""
    k = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + k, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, P) % P


def small_order_points() -> set[Point]:
    """All eight: the multiples of one point of order 8, whose x and y solve the curve's equation for 8·A = 0."""
    y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    points, point = {(0, 1)}, (x, y)
    while point != (0, 1):
        points.add(point)
        point = add(point, (x, y))
    return points


def encoded(x: int, y: int) -> bytes:
    return (y | (x & 1) << 255).to_bytes(32, "little")


def test_there_are_eight_points_of_small_order_and_none_is_a_key() -> None:
    points = small_order_points()
    assert len(points) == 8
    for x, y in points:
        with pytest.raises(Fault, match=r"key\.weak"):
            load_ed25519(encoded(x, y))


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("excess", range(19))
def test_t25_an_ed25519_key_has_one_spelling(excess: int, sign: int) -> None:
    """y + p fits in 255 bits for y below 19: a second spelling of the same key, refused whatever the point."""
    with pytest.raises(Fault, match=r"key\.(weak|malformed)"):
        load_ed25519(encoded(sign, P + excess))


def test_a_base_point_is_a_key() -> None:
    y = 4 * pow(5, -1, P) % P
    assert load_ed25519(encoded(0, y)).algorithm == "ed25519"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_raw_keys_have_one_length(size: int) -> None:
    with pytest.raises(Fault, match=r"key\.malformed"):
        load_ed25519(bytes(size))
    with pytest.raises(Fault, match=r"key\.malformed"):
        load_ml_dsa_44(bytes(1280 + size))


def test_a_raw_ml_dsa_key_is_that_of_its_spki() -> None:
    assert load_ml_dsa_44(ALGORITHMS["ml-dsa-44"][-1312:]) == load_spki(ALGORITHMS["ml-dsa-44"])


@given(st.sampled_from(sorted(ALGORITHMS)), st.data())
def test_t95_a_changed_byte_gives_another_key_or_a_typed_refusal(algorithm: str, data: st.DataObject) -> None:
    der = ALGORITHMS[algorithm]
    at = data.draw(st.integers(0, len(der) - 1))
    changed = der[:at] + bytes([data.draw(st.integers(0, 255).filter(lambda byte: byte != der[at]))]) + der[at + 1 :]
    try:
        key = load_spki(changed)
    except Fault as fault:
        assert fault.reason.startswith("key.")
    else:
        assert isinstance(key, PublicKey)
        assert key.fingerprint != load_spki(der).fingerprint


@given(st.binary(max_size=200))
def test_any_bytes_are_a_key_or_a_typed_refusal(data: bytes) -> None:
    for load in (load_spki, load_pem, load_ed25519):
        try:
            assert isinstance(load(data), PublicKey)
        except Fault as fault:
            assert fault.reason.partition(".")[0] in ("key", "pem")
