"""The profile of a signing certificate: for each clause a certificate that breaks it alone."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key, mldsa_key, rsa_key
from verifier.certificates.certificate import Certificate, parse_certificate
from verifier.certificates.fulcio import CLAUSES, check_leaf
from verifier.certificates.roles import LEAF as LEAF_ROLE
from verifier.certificates.roles import check_issuer, check_root, check_signer

from ..values import replace
from .making import (
    AT,
    CA_EXTENSIONS,
    CODE_SIGNING,
    IDENTITY,
    INTERMEDIATE,
    LEAF,
    LEAF_EXTENSIONS,
    ROOT,
    TIME_STAMPING,
    Extensions,
    Plain,
    Wanted,
    remade,
    usage,
    with_,
    without,
)

NAME = x509.UniformResourceIdentifier(IDENTITY)


def extended(extensions: Extensions) -> bytes:
    return replace(LEAF, extensions=extensions).der()


def version_1(tbs: dict[str, object]) -> None:
    tbs["version"] = "v1"
    tbs["extensions"] = None


def long_serial(tbs: dict[str, object]) -> None:
    tbs["serial_number"] = 1 << 160


BROKEN: dict[str, bytes] = {
    "version 3": remade(LEAF.der(), INTERMEDIATE.key, version_1),
    "basic constraints without CA, or none": extended(
        (*LEAF_EXTENSIONS, (x509.BasicConstraints(ca=True, path_length=None), True))
    ),
    "key usage with digitalSignature": extended(without(LEAF_EXTENSIONS, x509.KeyUsage)),
    "key usage without keyCertSign": extended(
        with_(LEAF_EXTENSIONS, usage("digital_signature", "key_cert_sign"), True)
    ),
    "extended key usage of codeSigning alone": extended(without(LEAF_EXTENSIONS, x509.ExtendedKeyUsage)),
    "key usage of digitalSignature alone": extended(
        with_(LEAF_EXTENSIONS, usage("digital_signature", "key_agreement"), True)
    ),
    "a serial number of 1 to 2^160 - 1": remade(LEAF.der(), INTERMEDIATE.key, long_serial),
    "only critical extensions that are understood": extended(
        (*LEAF_EXTENSIONS, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True))
    ),
    "exactly one subject alternative name": extended(without(LEAF_EXTENSIONS, x509.SubjectAlternativeName)),
    "a critical name where the subject is empty": extended(
        with_(LEAF_EXTENSIONS, x509.SubjectAlternativeName([NAME]), False)
    ),
    "a key of a kind that Fulcio certifies": replace(
        LEAF, key=Plain(rsa.generate_private_key(public_exponent=3, key_size=2048))
    ).der(),
}
"""A certificate for each clause that breaks this clause and none before it."""


def refusal(der: bytes) -> Fault:
    with pytest.raises(Fault) as met:
        check_leaf(parse_certificate(der))
    return met.value


def test_every_clause_has_a_certificate_that_breaks_it() -> None:
    assert [clause.wants for clause in CLAUSES] == list(BROKEN)
    assert CLAUSES[: len(LEAF_ROLE)] == LEAF_ROLE
    assert all(clause.spec for clause in CLAUSES)


@pytest.mark.parametrize("clause", BROKEN)
def test_a_certificate_that_breaks_a_clause_is_refused_for_it(clause: str) -> None:
    fault = refusal(BROKEN[clause])
    assert fault.reason == "certificate.profile"
    assert clause in fault.detail
    assert fault.expected is not None and fault.expected.startswith(clause)


@pytest.mark.parametrize(("clause", "der"), [
    ("extended key usage of codeSigning alone",
     extended(with_(LEAF_EXTENSIONS, x509.ExtendedKeyUsage([TIME_STAMPING]), False))),
    ("extended key usage of codeSigning alone",
     extended(with_(LEAF_EXTENSIONS, x509.ExtendedKeyUsage([CODE_SIGNING, TIME_STAMPING]), False))),
    ("extended key usage of codeSigning alone",
     extended(with_(LEAF_EXTENSIONS, x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.5.29.37.0")]), False))),
    ("key usage with digitalSignature",
     extended(with_(LEAF_EXTENSIONS, usage("key_agreement"), True))),
    ("exactly one subject alternative name",
     extended(with_(LEAF_EXTENSIONS, x509.SubjectAlternativeName([NAME, x509.RFC822Name("a@acme.example")]), True))),
    ("exactly one subject alternative name",
     extended(with_(LEAF_EXTENSIONS, x509.SubjectAlternativeName([]), True))),
    ("only critical extensions that are understood",
     extended((*LEAF_EXTENSIONS, (x509.PrecertPoison(), True)))),
    ("a key of a kind that Fulcio certifies", replace(LEAF, key=ec_key("leaf", "k256")).der()),
    ("a key of a kind that Fulcio certifies",
     replace(LEAF, key=Plain(rsa.generate_private_key(public_exponent=65537, key_size=1024))).der()),
])  # fmt: skip
def test_the_same_clause_broken_in_another_way(clause: str, der: bytes) -> None:
    assert clause in refusal(der).detail


@pytest.mark.parametrize(
    "key",
    [
        ec_key("leaf"),
        ec_key("leaf", "p384"),
        ec_key("leaf", "p521"),
        ed25519_key("leaf"),
        rsa_key("leaf"),
        mldsa_key("x"),
    ],
    ids=lambda key: key.details,
)
def test_every_kind_of_key_that_is_read_may_sign(key: object) -> None:
    check_leaf(parse_certificate(replace(LEAF, key=key).der()))


@pytest.mark.parametrize(
    "extensions",
    [
        LEAF_EXTENSIONS,
        (*LEAF_EXTENSIONS, (x509.BasicConstraints(ca=False, path_length=None), True)),
        with_(LEAF_EXTENSIONS, x509.ExtendedKeyUsage([CODE_SIGNING]), True),
        with_(LEAF_EXTENSIONS, usage("digital_signature"), False),
    ],
)
def test_what_the_profile_leaves_open_is_left_open(extensions: Extensions) -> None:
    check_leaf(parse_certificate(extended(extensions)))


def test_a_long_lived_certificate_with_a_subject_has_the_profile() -> None:
    """As GitHub's own authority issues them: a year, a subject, a name that is not critical, no identity issuer."""
    attester = replace(
        LEAF,
        subject="Attester",
        end=AT + datetime.timedelta(days=365),
        extensions=with_(LEAF_EXTENSIONS[:3], x509.SubjectAlternativeName([NAME]), False),
    )
    check_leaf(parse_certificate(attester.der()))


def parsed(wanted: Wanted) -> Certificate:
    return parse_certificate(wanted.der())


def test_roles_do_not_overlap() -> None:
    check_issuer(parsed(ROOT))
    check_issuer(parsed(INTERMEDIATE))
    check_root(parsed(ROOT))
    check_signer(parsed(LEAF))
    for wanted, check in ((LEAF, check_issuer), (LEAF, check_root), (INTERMEDIATE, check_root), (ROOT, check_signer)):
        with pytest.raises(Fault) as met:
            check(parsed(wanted))
        assert met.value.reason in ("certificate.issuer_role", "certificate.profile")


def test_a_root_signed_itself() -> None:
    forged = replace(ROOT, signer=ec_key("mallory", "p384"))
    with pytest.raises(Fault, match="its own signature"):
        check_root(parsed(forged))
    both = replace(ROOT, extensions=(*CA_EXTENSIONS, (x509.ExtendedKeyUsage([CODE_SIGNING]), False)))
    with pytest.raises(Fault, match="without CA"):
        check_signer(parsed(both))
