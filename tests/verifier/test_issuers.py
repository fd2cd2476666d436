"""Issuers: what a certificate must be to stand above another, how it signs, and which bytes are one at all."""

from __future__ import annotations

import datetime

import asn1crypto.algos
import asn1crypto.x509
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key, mldsa_key, rsa_key
from verifier.certificates.paths import Path, build_path
from verifier.trust import TrustRoot

from ..values import replace
from .making import (
    AT,
    CA_EXTENSIONS,
    CODE_SIGNING,
    END,
    INTERMEDIATE,
    LEAF,
    ROOT,
    TIME_STAMPING,
    Plain,
    Wanted,
    authority,
    remade,
    trusting,
    usage,
    with_,
    without,
)

TRUST = trusting(authority(INTERMEDIATE, ROOT))


def reason(leaf: Wanted | bytes, trust: TrustRoot, *helpers: Wanted | bytes, at: datetime.datetime = AT) -> str:
    with pytest.raises(Fault) as met:
        build(leaf, trust, *helpers, at=at)
    return met.value.reason


def build(leaf: Wanted | bytes, trust: TrustRoot, *helpers: Wanted | bytes, at: datetime.datetime = AT) -> Path:
    ders = tuple(each if isinstance(each, bytes) else each.der() for each in (leaf, *helpers))
    return build_path(ders[0], ders[1:], trust, at)


LENGTH_0 = with_(CA_EXTENSIONS, x509.BasicConstraints(ca=True, path_length=0), True)


@pytest.mark.parametrize(
    ("extensions", "holds"),
    [
        (CA_EXTENSIONS, True),
        (LENGTH_0, True),
        ((*CA_EXTENSIONS, (x509.ExtendedKeyUsage([CODE_SIGNING]), False)), True),
        ((*CA_EXTENSIONS, (x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.5.29.37.0")]), False)), True),
        (with_(CA_EXTENSIONS, usage("key_cert_sign"), False), True),
        (without(CA_EXTENSIONS, x509.BasicConstraints), False),
        (with_(CA_EXTENSIONS, x509.BasicConstraints(ca=False, path_length=None), True), False),
        (with_(CA_EXTENSIONS, x509.BasicConstraints(ca=True, path_length=None), False), False),
        (without(CA_EXTENSIONS, x509.KeyUsage), False),
        (with_(CA_EXTENSIONS, usage("crl_sign"), True), False),
        ((*CA_EXTENSIONS, (x509.ExtendedKeyUsage([TIME_STAMPING]), False)), False),
        ((*CA_EXTENSIONS, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True)), False),
        ((*CA_EXTENSIONS, (x509.NameConstraints([x509.DNSName("acme.example")], None), True)), False),
    ],
)
def test_an_intermediate_must_be_one_that_may_issue(
    extensions: tuple[tuple[x509.ExtensionType, bool], ...], holds: bool
) -> None:
    intermediate = replace(INTERMEDIATE, extensions=extensions)
    if holds:
        assert build(LEAF, trusting(authority(intermediate, ROOT))).issuer.der == intermediate.der()
    else:
        assert reason(LEAF, trusting(authority(intermediate, ROOT))) == "certificate.issuer_role"
        assert reason(LEAF, trusting(authority(ROOT)), intermediate) == "certificate.issuer_role"


def test_a_leaf_issues_nothing() -> None:
    """The oldest attack on paths: a certificate for one site signs one for another."""
    honest = replace(LEAF, subject="honest", key=ec_key("honest"), end=END)
    forged = replace(LEAF, issuer="honest", signer=honest.key)
    assert reason(forged, TRUST, honest) == "certificate.issuer_role"


def test_a_version_1_certificate_issues_nothing() -> None:
    old = remade(INTERMEDIATE.der(), ROOT.key, _version_1)
    assert reason(LEAF, trusting(authority(old, ROOT))) == "certificate.issuer_role"


def _version_1(tbs: dict[str, object]) -> None:
    tbs["version"] = "v1"
    tbs["extensions"] = None


def test_no_more_certificates_than_an_issuer_allows() -> None:
    upper = replace(INTERMEDIATE, subject="upper", key=ec_key("upper", "p384"))
    lower = replace(INTERMEDIATE, issuer="upper", signer=upper.key)
    assert len(build(LEAF, trusting(authority(lower, upper, ROOT))).chain) == 4
    assert (
        reason(LEAF, trusting(authority(lower, replace(upper, extensions=LENGTH_0), ROOT))) == "certificate.issuer_role"
    )
    # An anchor's own bound holds as well.
    assert (
        reason(LEAF, trusting(authority(lower, replace(upper, issuer="upper", signer=upper.key, extensions=LENGTH_0))))
        == "certificate.issuer_role"
    )


def test_an_anchor_is_a_name_and_a_key() -> None:
    """RFC 5280 6.1.1 (d): roots made by hand often lack key usage; who trusts one says that it may issue."""
    bare = replace(ROOT, extensions=())
    assert build(LEAF, trusting(authority(INTERMEDIATE, bare))).chain[-1].der == bare.der()


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("curve", ["p256", "p384", "p521"])
def test_any_curve_signs_over_any_hash_of_the_second_family(curve: str, digest: str) -> None:
    key = ec_key("mixed", curve)
    root = replace(ROOT, key=key, signer=key, digest=digest)
    assert build(replace(LEAF, issuer="root", signer=key, digest=digest), trusting(authority(root)))


@pytest.mark.parametrize(
    "key", [ed25519_key("ca"), mldsa_key("ca", 44), mldsa_key("ca", 87)], ids=lambda key: key.details
)
def test_keys_without_a_hash_of_their_own_issue(key: object) -> None:
    root = replace(ROOT, key=key, signer=key, digest="")
    assert build(replace(LEAF, issuer="root", signer=root.key, digest=""), trusting(authority(root)))


def test_rsa_issues() -> None:
    root = replace(ROOT, key=rsa_key("ca"), signer=rsa_key("ca"), digest="sha256")
    assert build(replace(LEAF, issuer="root", signer=root.key, digest="sha256"), trusting(authority(root)))


@pytest.mark.parametrize("algorithm", ["sha1_ecdsa", "sha224_ecdsa"])
def test_a_certificate_signed_over_a_hash_that_collides_is_refused(algorithm: str) -> None:
    certificate = asn1crypto.x509.Certificate.load(LEAF.der())
    certificate["tbs_certificate"]["signature"] = {"algorithm": algorithm}
    certificate["signature_algorithm"] = {"algorithm": algorithm}
    assert reason(certificate.dump(force=True), TRUST) == "certificate.weak_algorithm"


def test_an_issuers_key_is_within_the_bounds_of_keys() -> None:
    weak, foreign = rsa.generate_private_key(65537, 1024), ec_key("koblitz", "k256")
    for key, wanted in ((Plain(weak), "certificate.weak_algorithm"), (foreign, "certificate.algorithm_unsupported")):
        root = replace(ROOT, key=key, signer=key, digest="sha256")
        leaf = replace(LEAF, issuer="root", signer=key, digest="sha256")
        assert reason(leaf, trusting(authority(root))) == wanted


def test_one_changed_byte_breaks_the_path() -> None:
    der = bytearray(LEAF.der())
    der[-1] ^= 1
    assert reason(bytes(der), TRUST) == "certificate.untrusted"
    at = LEAF.der().index(b"v7.1.0")
    assert reason(LEAF.der()[:at] + b"v7.1.1" + LEAF.der()[at + 6 :], TRUST) == "certificate.untrusted"


def test_t95_bytes_that_are_no_certificate_in_der_are_refused() -> None:
    der = LEAF.der()
    for broken in (b"", b"\x30", der[:-1], der + b"\x00", b"\x30\x80" + der[4:] + b"\x00\x00", b"\x30" * 5000):
        assert reason(broken, TRUST) == "certificate.malformed"
        assert reason(der, TRUST, broken) == "certificate.malformed"


@pytest.mark.parametrize("serial", [0, -5])
def test_a_serial_number_is_positive(serial: int) -> None:
    def renumber(tbs: dict[str, object]) -> None:
        tbs["serial_number"] = serial

    assert reason(remade(LEAF.der(), INTERMEDIATE.key, renumber), TRUST) == "certificate.malformed"


def test_a_signature_algorithm_with_parameters_it_does_not_have_is_refused() -> None:
    def null(tbs: dict[str, object]) -> None:
        tbs["signature"] = asn1crypto.algos.SignedDigestAlgorithm.load(bytes.fromhex("300c06082a8648ce3d0403030500"))

    assert reason(remade(LEAF.der(), INTERMEDIATE.key, null), TRUST) == "certificate.malformed"


def test_an_extension_twice_is_refused() -> None:
    def double(tbs: dict[str, list[object]]) -> None:
        tbs["extensions"].append(tbs["extensions"][0])

    assert reason(remade(LEAF.der(), INTERMEDIATE.key, double), TRUST) == "certificate.malformed"


def test_a_malformed_certificate_in_the_trust_root_is_the_trust_roots_fault() -> None:
    assert reason(LEAF, trusting(authority(INTERMEDIATE, b"\x30\x00"))) == "trust.certificate_malformed"


@given(st.data())
def test_a_leaf_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    """Whatever byte it is: a typed refusal, and no warning by the library on the way."""
    der = bytearray(LEAF.der())
    at = data.draw(st.integers(0, len(der) - 1))
    der[at] ^= data.draw(st.integers(1, 255))
    assert reason(bytes(der), TRUST).startswith("certificate.")
    assert len(build(LEAF, TRUST).chain) == 3


@given(st.binary(max_size=300))
def test_any_bytes_are_no_certificate(data: bytes) -> None:
    assert reason(data, TRUST) == "certificate.malformed"
