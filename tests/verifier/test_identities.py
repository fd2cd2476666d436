"""Who a certificate says signed: every name and claim, one reading of each, and no empty one."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from attestations.faults import Fault
from verifier.authenticated import CertificateSigner
from verifier.certificates.identities import CLAIMS, read_signer
from verifier.certificates.paths import build_path

from ..values import replace
from .making import (
    ARC,
    AT,
    IDENTITY,
    INTERMEDIATE,
    ISSUER,
    LEAF,
    LEAF_EXTENSIONS,
    ROOT,
    Extensions,
    authority,
    text,
    trusting,
    with_,
    without,
)

TRUST = trusting(authority(INTERMEDIATE, ROOT, named="https://fulcio.acme.example"))
PLAIN = without(LEAF_EXTENSIONS, x509.UnrecognizedExtension)


def signer(extensions: Extensions) -> CertificateSigner:
    return read_signer(build_path(replace(LEAF, extensions=extensions).der(), (), TRUST, AT))


def reason(extensions: Extensions) -> str:
    with pytest.raises(Fault) as met:
        signer(extensions)
    return met.value.reason


def raw(number: int | str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(f"{ARC}.{number}"), value)


def named(*names: x509.GeneralName) -> Extensions:
    return with_(LEAF_EXTENSIONS, x509.SubjectAlternativeName(names), True)


def test_a_signer_is_a_name_an_issuer_an_authority_and_a_key() -> None:
    read = signer(LEAF_EXTENSIONS)
    assert (read.names, read.issuer, dict(read.claims)) == ((IDENTITY,), ISSUER, {})
    assert read.authority == "https://fulcio.acme.example"
    path = build_path(LEAF.der(), (), TRUST, AT)
    assert (read.certificate, read.key) == (path.leaf.fingerprint, path.leaf.key.fingerprint)


OTHER = ObjectIdentifier(f"{ARC}.7")


@pytest.mark.parametrize(("name", "read"), [
    (x509.UniformResourceIdentifier("spiffe://acme.example/release"), "spiffe://acme.example/release"),
    (x509.RFC822Name("release@acme.example"), "release@acme.example"),
    (x509.OtherName(OTHER, b"\x0c\x10foo!oidc.local:1"), "foo!oidc.local:1"),
    (x509.OtherName(OTHER, "\x0c\x07zürich".encode()), "zürich"),
])  # fmt: skip
def test_a_name_in_each_of_its_forms(name: x509.GeneralName, read: str) -> None:
    assert signer(named(name)).names == (read,)


@pytest.mark.parametrize(
    "name",
    [
        x509.DNSName("acme.example"),
        x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x03foo"),
        x509.OtherName(OTHER, b"\x16\x03foo"),
        x509.OtherName(OTHER, b"\x0c\x03fo\xff"),
        x509.OtherName(OTHER, b"\x0c\x00"),
        x509.OtherName(OTHER, b"\x0c\x04fo\x00o"),
        x509.UniformResourceIdentifier(""),
        x509.UniformResourceIdentifier("https://github.com/acme\n"),
        x509.UniformResourceIdentifier("https://github.com/acme\x1b[2K"),
    ],
)
def test_a_name_that_can_be_read_in_two_ways_or_none_is_refused(name: x509.GeneralName) -> None:
    assert reason(named(name)) == "certificate.identity"


def test_both_forms_of_the_issuer_say_the_same() -> None:
    for forms in ((text(1, ISSUER),), (text(8, ISSUER),), (text(1, ISSUER), text(8, ISSUER))):
        assert signer((*PLAIN, *((form, False) for form in forms))).issuer == ISSUER
    other = "https://issuer.mallory.example"
    for pair in ((text(1, ISSUER), text(8, other)), (text(1, other), text(8, ISSUER))):
        assert reason((*PLAIN, *((form, False) for form in pair))) == "certificate.issuer_conflict"


def test_t23_no_issuer_is_no_issuer_and_an_empty_one_is_refused() -> None:
    assert signer(PLAIN).issuer == ""
    for empty in (raw(1, b""), raw(8, b"\x0c\x00")):
        assert reason((*PLAIN, (empty, False))) == "certificate.identity"
    assert reason((*PLAIN, (raw(1, b""), False), (text(8, ISSUER), False))) == "certificate.issuer_conflict"


@pytest.mark.parametrize(
    "extension",
    [
        raw(8, ISSUER.encode()),
        raw(8, b"\x13" + bytes([len(ISSUER)]) + ISSUER.encode()),
        raw(8, b"\x0c\x81\x03foo"),
        raw(8, b"\x0c\x03foo\x00"),
        raw(8, b"\x0c\x02\xc3\x28"),
        raw(1, b"\xff\xfe"),
        raw(1, b"https://issuer\x00.mallory.example"),
        raw(12, b"https://github.com/acme/endpoint"),
        raw(8, b"\x0c\x0bacme\xe2\x80\xaeevil"),
    ],
)
def test_t95_a_claim_has_one_spelling(extension: x509.UnrecognizedExtension) -> None:
    assert reason((*PLAIN, (extension, False))) == "certificate.identity"


def test_every_claim_has_its_name() -> None:
    claims = tuple((text(int(number), f"value of {number}"), False) for number in CLAIMS)
    read = signer((*LEAF_EXTENSIONS, *claims))
    assert dict(read.claims) == {named: f"value of {number}" for number, named in CLAIMS.items()}
    assert len(set(CLAIMS.values())) == len(CLAIMS) == 21


def test_a_claim_without_a_name_is_kept_under_its_number() -> None:
    read = signer((*LEAF_EXTENSIONS, (text(99, "next year's"), False)))
    assert dict(read.claims) == {f"{ARC}.99": "next year's"}


def test_an_empty_claim_is_an_empty_claim() -> None:
    """Fulcio allows it for repositories whose URI never changes; only names and issuers must say something."""
    assert signer((*LEAF_EXTENSIONS, (raw(15, b"\x0c\x00"), False))).claims["source-repository-identifier"] == ""


def test_t99_a_claim_is_any_text() -> None:
    """A workflow may be called anything; what shows it must escape it. Names and issuers are held to what is seen."""
    odd = "👩‍💻 release\u202e\n"
    assert signer((*LEAF_EXTENSIONS, (raw(4, odd.encode()), False))).claims["github-workflow-name"] == odd


def test_extensions_outside_the_arc_are_no_claims() -> None:
    outside = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.57264.2"), b"\x0c\x03foo")
    assert dict(signer((*LEAF_EXTENSIONS, (outside, False))).claims) == {}
