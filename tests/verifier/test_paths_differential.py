"""The same certificates, asked of others: `cryptography`'s own verifier, `sigstore`, `openssl`.

Where we accept, they accept; where they refuse, so do we, but for the differences that a test here names and argues.
"""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from pydantic import ValidationError
from sigstore._internal.sct import verify_sct
from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult
from sigstore._internal.trust import KeyringPurpose
from sigstore.errors import CertValidationError
from sigstore.errors import VerificationError as SigstoreRefusal
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier

from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key
from verifier.certificates import fulcio, identities
from verifier.certificates.paths import build_path
from verifier.certificates.scts import verify_scts

from ..values import replace
from .making import (
    AT,
    CA_EXTENSIONS,
    CODE_SIGNING,
    INTERMEDIATE,
    LEAF,
    ROOT,
    TIME_STAMPING,
    Extensions,
    Wanted,
    authority,
    trusting,
    usage,
    with_,
    without,
)
from .oracles import absent, openssl, pem, real_chains, trust_of, without_openssl

SECOND = datetime.timedelta(seconds=1)
DER = Encoding.DER
LENGTH_0 = with_(CA_EXTENSIONS, x509.BasicConstraints(ca=True, path_length=0), True)
MALLORY = ec_key("mallory", "p384")


@absent
def test_every_genuine_certificate_has_a_path_the_profile_and_its_timestamps() -> None:
    """At the start and at the end of its validity, and neither a second before nor after."""
    assert len(real_chains()) > 50
    for chain, path in real_chains():
        trust = trust_of(path)
        leaf = x509.load_der_x509_certificate(chain[0])
        for at in (leaf.not_valid_before_utc, leaf.not_valid_after_utc):
            held = build_path(chain[0], chain[1:], trust, at)
        fulcio.check_leaf(held.leaf)
        assert identities.read_signer(held).names
        assert len(verify_scts(held, trust, threshold=1 if trust.ct_logs else 0)) == bool(trust.ct_logs)
        for at in (leaf.not_valid_before_utc - SECOND, leaf.not_valid_after_utc + SECOND):
            with pytest.raises(Fault, match=r"certificate\.expired"):
                build_path(chain[0], chain[1:], trust, at)


@absent
def test_sigstore_finds_the_same_paths_and_certificate_timestamps() -> None:
    compared = 0
    for chain, path in real_chains():
        trust = trust_of(path)
        leaf = x509.load_der_x509_certificate(chain[0])
        held = build_path(chain[0], chain[1:], trust, leaf.not_valid_before_utc)
        try:
            verifier = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
        except (SigstoreRefusal, ValidationError):
            continue  # the library takes no trust root without a log, nor an authority without a common name
        at = TimestampVerificationResult(TimestampSource.TRANSPARENCY_SERVICE, leaf.not_valid_before_utc)
        theirs = verifier._verify_chain_at_time(leaf, at)
        # Theirs ends at the first certificate that the trust root holds; ours goes on to the anchor of its chain.
        above = [each.public_bytes(DER) for each in theirs]
        assert above == [each.der for each in held.chain[1 : 1 + len(above)]]
        verify_sct(leaf, theirs, verifier._trusted_root.ct_keyring(KeyringPurpose.VERIFY))
        with pytest.raises(CertValidationError):
            verifier._verify_chain_at_time(leaf, replace(at, time=leaf.not_valid_after_utc + SECOND))
        compared += 1
    assert compared > 40


ROLES: dict[str, Extensions] = {
    "issuer": CA_EXTENSIONS,
    "issuer of the last": LENGTH_0,
    "no authority": without(CA_EXTENSIONS, x509.BasicConstraints),
    "no signing of certificates": with_(CA_EXTENSIONS, usage("crl_sign"), True),
    "issuer of code signers": (*CA_EXTENSIONS, (x509.ExtendedKeyUsage([CODE_SIGNING]), False)),
    "issuer of timestamps": (*CA_EXTENSIONS, (x509.ExtendedKeyUsage([TIME_STAMPING]), False)),
}
VALIDITY = {"valid": {}, "expired": {"end": AT - SECOND}, "not yet valid": {"start": AT + SECOND}}
WORLDS = list(
    itertools.product(ROLES, VALIDITY, ["root", "mallory"], ["intermediate", "mallory"], VALIDITY, [False, True])
)


def test_the_librarys_verifier_agrees_on_every_small_world() -> None:
    """Each role and validity of the intermediate, each signer of it and of the leaf, one or two intermediates."""
    accepted = 0
    for role, validity, upper, lower, leaf_validity, longer in WORLDS:
        root_key = ROOT.key if upper == "root" else MALLORY
        intermediate = replace(INTERMEDIATE, signer=root_key, extensions=ROLES[role], **VALIDITY[validity])
        helpers = [identified(intermediate)]
        leaf = replace(LEAF, signer=intermediate.key if lower == "intermediate" else MALLORY, **VALIDITY[leaf_validity])
        if longer:
            under = replace(INTERMEDIATE, subject="under", issuer="intermediate", signer=intermediate.key, key=MALLORY)
            helpers.append(identified(under))
            leaf = replace(leaf, issuer="under")
        question = (identified(leaf), tuple(helpers), identified(ROOT), AT)
        assert accepted_by_us(*question) is accepted_by_library(*question), (role, validity, upper, lower, longer)
        accepted += accepted_by_us(*question)
    assert 0 < accepted < len(WORLDS) / 4


ED25519 = ed25519_key("ca")


def test_where_the_librarys_verifier_differs_is_known() -> None:
    """The Web's PKI: no Ed25519 in an authority, a key identifier in a leaf, a role for an anchor (decision 0020)."""
    plain = replace(ROOT, key=ED25519, signer=ED25519, digest="")
    under = replace(LEAF, issuer="root", signer=ED25519, digest="")
    bare = identified(replace(ROOT, extensions=()))
    for question in (
        (identified(under), (), identified(plain), AT),
        (LEAF, (identified(INTERMEDIATE),), identified(ROOT), AT),
        (identified(LEAF), (identified(INTERMEDIATE),), bare, AT),
    ):
        assert accepted_by_us(*question)
        assert not accepted_by_library(*question)


def identified(wanted: Wanted) -> Wanted:
    """With the key identifiers that the library asks for and that we need not."""
    subject = x509.SubjectKeyIdentifier.from_public_key(wanted.key.private.public_key())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(wanted.signer.private.public_key())
    return replace(wanted, extensions=(*wanted.extensions, (subject, False), (issuer, False)))


def accepted_by_library(leaf: Wanted, helpers: tuple[Wanted, ...], root: Wanted, at: datetime.datetime) -> bool:
    first, anchor, *others = (x509.load_der_x509_certificate(each.der()) for each in (leaf, root, *helpers))
    authorities = ExtensionPolicy.webpki_defaults_ca()
    signers = ExtensionPolicy.webpki_defaults_ee()
    verifier = (
        PolicyBuilder()
        .store(Store([anchor]))
        .time(at)
        .extension_policies(
            ca_policy=authorities.may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_code_signing),
            ee_policy=signers.may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None),
        )
        .build_client_verifier()
    )
    try:
        verifier.verify(first, others)
    except VerificationError:
        return False
    return True


def _for_code_signing(policy: Policy, certificate: x509.Certificate, usages: x509.ExtendedKeyUsage | None) -> None:
    if usages is not None and CODE_SIGNING not in usages:
        raise ValueError("an issuer of another purpose")


SHORT = replace(INTERMEDIATE, subject="upper", key=ec_key("upper", "p384"), extensions=LENGTH_0)
UNDER_SHORT = replace(INTERMEDIATE, issuer="upper", signer=SHORT.key)
HONEST = replace(LEAF, subject="honest", key=ec_key("honest"), end=AT + SECOND)

PATHS: dict[str, tuple[Wanted, tuple[Wanted, ...], Wanted, datetime.datetime]] = {
    "honest": (LEAF, (INTERMEDIATE,), ROOT, AT),
    "first moment": (LEAF, (INTERMEDIATE,), ROOT, LEAF.start),
    "last second but one": (LEAF, (INTERMEDIATE,), ROOT, LEAF.end - SECOND),
    "too early": (LEAF, (INTERMEDIATE,), ROOT, LEAF.start - SECOND),
    "too late": (LEAF, (INTERMEDIATE,), ROOT, LEAF.end + SECOND),
    "no intermediate": (LEAF, (), ROOT, AT),
    "expired intermediate": (LEAF, (replace(INTERMEDIATE, end=AT - SECOND),), ROOT, AT),
    "expired root": (LEAF, (INTERMEDIATE,), replace(ROOT, end=AT - SECOND), AT),
    "another root of the name": (LEAF, (INTERMEDIATE,), replace(ROOT, key=MALLORY, signer=MALLORY), AT),
    "another key in the leaf's issuer": (replace(LEAF, signer=MALLORY), (INTERMEDIATE,), ROOT, AT),
    "a leaf that issues": (replace(LEAF, issuer="honest", signer=HONEST.key), (HONEST, INTERMEDIATE), ROOT, AT),
    "an issuer without a role": (LEAF, (replace(INTERMEDIATE, extensions=()),), ROOT, AT),
    "longer than allowed": (LEAF, (UNDER_SHORT, SHORT), ROOT, AT),
}

ARGUED: dict[str, tuple[Wanted, tuple[Wanted, ...], Wanted, datetime.datetime]] = {
    # RFC 5280 4.1.2.5: "through notAfter, inclusive"; openssl lets a certificate expire at that second.
    "last moment": (LEAF, (INTERMEDIATE,), ROOT, LEAF.end),
    # Without key identifiers openssl tries one issuer of a name and no other.
    "two intermediates of one name": (LEAF, (replace(INTERMEDIATE, key=MALLORY), INTERMEDIATE), ROOT, AT),
}
"""Paths that hold for us and not for openssl, and why."""


@without_openssl
@pytest.mark.parametrize("name", PATHS)
def test_openssl_agrees_on_paths(name: str, tmp_path: Path) -> None:
    assert accepted_by_openssl(tmp_path, *PATHS[name]) is accepted_by_us(*PATHS[name])


@without_openssl
@pytest.mark.parametrize("name", ARGUED)
def test_where_openssl_differs_is_known(name: str, tmp_path: Path) -> None:
    assert accepted_by_us(*ARGUED[name])
    assert not accepted_by_openssl(tmp_path, *ARGUED[name])


def accepted_by_us(leaf: Wanted, helpers: tuple[Wanted, ...], root: Wanted, at: datetime.datetime) -> bool:
    try:
        build_path(leaf.der(), tuple(each.der() for each in helpers), trusting(authority(root)), at)
    except Fault:
        return False
    return True


def accepted_by_openssl(
    tmp_path: Path, leaf: Wanted, helpers: tuple[Wanted, ...], root: Wanted, at: datetime.datetime
) -> bool:
    (tmp_path / "leaf.pem").write_bytes(pem(leaf))
    (tmp_path / "root.pem").write_bytes(pem(root))
    (tmp_path / "helpers.pem").write_bytes(pem(*helpers))
    untrusted = ("-untrusted", "helpers.pem") if helpers else ()
    moment = str(int(at.timestamp()))
    return openssl(tmp_path, "verify", "-CAfile", "root.pem", *untrusted, "-attime", moment, "leaf.pem")
