"""Paths: from a leaf to an authority that was trusted at the time, and nothing else."""

from __future__ import annotations

import datetime
from dataclasses import replace

import asn1crypto.algos
import asn1crypto.x509
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key, mldsa_key, rsa_key
from verifier.certificates.paths import PATH_MAX, SIGNATURES_MAX, Path, build_path, build_timestamp_path
from verifier.trust import NEVER, TrustRoot, Window

from .making import (
    AT,
    CA_EXTENSIONS,
    CODE_SIGNING,
    END,
    INTERMEDIATE,
    LEAF,
    LEAF_EXTENSIONS,
    ROOT,
    START,
    TIME_STAMPING,
    Plain,
    Wanted,
    authority,
    remade,
    timestamp_authority,
    trusting,
    usage,
    with_,
    without,
)

SECOND = datetime.timedelta(seconds=1)
TRUST = trusting(authority(INTERMEDIATE, ROOT))


def reason(leaf: Wanted | bytes, trust: TrustRoot, *helpers: Wanted | bytes, at: datetime.datetime = AT) -> str:
    with pytest.raises(Fault) as met:
        build(leaf, trust, *helpers, at=at)
    return met.value.reason


def build(leaf: Wanted | bytes, trust: TrustRoot, *helpers: Wanted | bytes, at: datetime.datetime = AT) -> Path:
    ders = tuple(each if isinstance(each, bytes) else each.der() for each in (leaf, *helpers))
    return build_path(ders[0], ders[1:], trust, at)


def test_a_leaf_leads_over_the_trusted_intermediate_to_the_anchor() -> None:
    path = build(LEAF, TRUST)
    assert [each.der for each in path.chain] == [LEAF.der(), INTERMEDIATE.der(), ROOT.der()]
    assert (path.leaf.der, path.issuer.der, path.at) == (LEAF.der(), INTERMEDIATE.der(), AT)
    assert path.authority.name == "ca"


def test_an_intermediate_that_came_with_the_evidence_helps() -> None:
    trust = trusting(authority(ROOT))
    assert reason(LEAF, trust) == "certificate.untrusted"
    assert build(LEAF, trust, INTERMEDIATE).issuer.der == INTERMEDIATE.der()


def test_an_intermediate_can_be_the_anchor() -> None:
    path = build(LEAF, trusting(authority(INTERMEDIATE)))
    assert len(path.chain) == 2
    # The last of a chain is the anchor, wherever its own issuer stands.
    assert len(build(LEAF, trusting(authority(ROOT, INTERMEDIATE))).chain) == 2


def test_an_intermediate_that_came_with_the_evidence_is_no_anchor() -> None:
    mallory = replace(ROOT, key=ec_key("mallory", "p384"), signer=ec_key("mallory", "p384"))
    forged = replace(INTERMEDIATE, key=ec_key("mallory under", "p384"), signer=mallory.key)
    leaf = replace(LEAF, signer=forged.key)
    assert reason(leaf, TRUST, forged) == "certificate.untrusted"


def test_a_root_that_came_with_the_evidence_is_refused() -> None:
    mallory = replace(ROOT, key=ec_key("mallory", "p384"), signer=ec_key("mallory", "p384"))
    assert reason(LEAF, TRUST, mallory) == "certificate.root_in_bundle"


def test_the_trusted_root_itself_may_come_along() -> None:
    assert len(build(LEAF, TRUST, INTERMEDIATE, ROOT).chain) == 3


@pytest.mark.parametrize("position", range(4))
def test_several_intermediates_of_one_name_are_all_tried(position: int) -> None:
    others = [replace(INTERMEDIATE, key=ec_key(f"other {number}", "p384")) for number in range(3)]
    helpers = [*others[:position], INTERMEDIATE, *others[position:]]
    assert build(LEAF, trusting(authority(ROOT)), *helpers).issuer.der == INTERMEDIATE.der()
    roots = [authority(each, ROOT, named=str(number)) for number, each in enumerate(helpers)]
    assert build(LEAF, trusting(*roots)).authority.name == str(position)


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (LEAF.start - SECOND, "certificate.expired"),
        (LEAF.start, ""),
        (LEAF.end, ""),
        (LEAF.end + SECOND, "certificate.expired"),
    ],
)
def test_t43_both_ends_of_a_leafs_validity_belong_to_it(at: datetime.datetime, wrong: str) -> None:
    if wrong:
        assert reason(LEAF, TRUST, at=at) == wrong
    else:
        assert build(LEAF, TRUST, at=at).at == at


@pytest.mark.parametrize(
    "expired",
    [
        replace(INTERMEDIATE, end=AT - SECOND),
        replace(INTERMEDIATE, start=AT + SECOND),
    ],
)
def test_t48_an_intermediate_that_was_not_valid_is_refused(expired: Wanted) -> None:
    assert reason(LEAF, trusting(authority(expired, ROOT))) == "certificate.expired"
    assert reason(LEAF, trusting(authority(ROOT)), expired) == "certificate.expired"


def test_t48_an_anchor_that_was_not_valid_is_refused() -> None:
    assert reason(LEAF, trusting(authority(INTERMEDIATE, replace(ROOT, end=AT - SECOND)))) == "certificate.expired"


def test_t48_a_valid_intermediate_of_the_same_name_and_key_still_leads_up() -> None:
    expired = replace(INTERMEDIATE, end=AT - SECOND)
    assert build(LEAF, trusting(authority(ROOT)), expired, INTERMEDIATE).issuer.der == INTERMEDIATE.der()


@pytest.mark.parametrize(
    ("window", "holds"),
    [
        (Window(START, AT), True),
        (Window(AT, END), True),
        (Window(AT, AT), True),
        (Window(START, AT - SECOND), False),
        (Window(AT + SECOND, None), False),
        (NEVER, False),
    ],
)
def test_an_authority_counts_in_its_window_alone(window: Window, holds: bool) -> None:
    trust = trusting(authority(INTERMEDIATE, ROOT, window=window))
    if holds:
        assert build(LEAF, trust).at == AT
    else:
        assert reason(LEAF, trust) == "certificate.authority_window"


def test_an_authority_in_its_window_stands_in_for_one_that_is_not() -> None:
    retired = authority(INTERMEDIATE, ROOT, window=Window(START, START), named="retired")
    assert build(LEAF, trusting(retired, authority(INTERMEDIATE, ROOT))).authority.name == "ca"


def test_a_trust_root_without_authorities_trusts_nobody() -> None:
    assert reason(LEAF, trusting()) == "certificate.untrusted"


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


@pytest.mark.parametrize("digest", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
@pytest.mark.parametrize("curve", ["p256", "p384", "p521"])
def test_any_curve_signs_over_any_hash_of_the_second_family(curve: str, digest: hashes.HashAlgorithm) -> None:
    key = ec_key("mixed", curve)
    root = replace(ROOT, key=key, signer=key, digest=digest)
    assert build(replace(LEAF, issuer="root", signer=key, digest=digest), trusting(authority(root)))


@pytest.mark.parametrize(
    "key", [ed25519_key("ca"), mldsa_key("ca", 44), mldsa_key("ca", 87)], ids=lambda key: key.details
)
def test_keys_without_a_hash_of_their_own_issue(key: object) -> None:
    root = replace(ROOT, key=key, signer=key, digest=None)
    assert build(replace(LEAF, issuer="root", signer=root.key, digest=None), trusting(authority(root)))


def test_rsa_issues() -> None:
    root = replace(ROOT, key=rsa_key("ca"), signer=rsa_key("ca"), digest=hashes.SHA256())
    assert build(replace(LEAF, issuer="root", signer=root.key, digest=hashes.SHA256()), trusting(authority(root)))


@pytest.mark.parametrize("algorithm", ["sha1_ecdsa", "sha224_ecdsa"])
def test_a_certificate_signed_over_a_hash_that_collides_is_refused(algorithm: str) -> None:
    certificate = asn1crypto.x509.Certificate.load(LEAF.der())
    certificate["tbs_certificate"]["signature"] = {"algorithm": algorithm}
    certificate["signature_algorithm"] = {"algorithm": algorithm}
    assert reason(certificate.dump(force=True), TRUST) == "certificate.weak_algorithm"


def test_an_issuers_key_is_within_the_bounds_of_keys() -> None:
    weak, foreign = rsa.generate_private_key(65537, 1024), ec_key("koblitz", "k256")
    for key, wanted in ((Plain(weak), "certificate.weak_algorithm"), (foreign, "certificate.algorithm_unsupported")):
        root = replace(ROOT, key=key, signer=key, digest=hashes.SHA256())
        leaf = replace(LEAF, issuer="root", signer=key, digest=hashes.SHA256())
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


def test_the_search_spends_a_bounded_number_of_signatures() -> None:
    """Certificates that all issue one another: what a path finder without a budget explores for ever."""
    key = ec_key("twin", "p384")
    twins = [
        Wanted(subject, issuer, key, key, extensions=CA_EXTENSIONS, serial=number)
        for number in range(1, 6)
        for subject, issuer in (("odd", "even"), ("even", "odd"))
    ]
    assert reason(replace(LEAF, issuer="odd", signer=key), TRUST, *twins) == "limit.path"
    assert SIGNATURES_MAX <= 100
    assert PATH_MAX <= 10


def test_certificates_that_issued_one_another_lead_nowhere() -> None:
    first, second = ec_key("first", "p384"), ec_key("second", "p384")
    circle = (
        Wanted("first", "second", first, second, extensions=CA_EXTENSIONS),
        Wanted("second", "first", second, first, extensions=CA_EXTENSIONS),
    )
    assert reason(replace(LEAF, issuer="first", signer=first), TRUST, *circle) == "certificate.untrusted"


def test_time_is_an_argument_and_aware() -> None:
    with pytest.raises(TypeError):
        build(LEAF, TRUST, at=AT.replace(tzinfo=None))


def test_a_timestamp_authority_is_followed_from_its_first_certificate() -> None:
    signing = replace(INTERMEDIATE, extensions=with_(LEAF_EXTENSIONS, x509.ExtendedKeyUsage([TIME_STAMPING]), True))
    path = build_timestamp_path(timestamp_authority(signing, ROOT), AT)
    assert [each.der for each in path.chain] == [signing.der(), ROOT.der()]
    assert build_timestamp_path(timestamp_authority(signing), AT).chain == path.chain[:1]
    with pytest.raises(Fault, match=r"certificate\.untrusted"):
        build_timestamp_path(timestamp_authority(signing, replace(ROOT, key=ec_key("mallory", "p384"))), AT)
