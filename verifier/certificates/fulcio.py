"""What a signing certificate must be: Fulcio's profile, one line a clause.

Clauses that a log or a clock has to answer stand elsewhere: validity at the signing time in `paths`, SCTs in `scts`.
Who vouched for the signer is `identities`: a certificate without an issuer names none, and matches no rule. What the
table relaxes, and why, is decision 0022: GitHub's own CA issues certificates that live for a year, with a subject and
a non-critical name, and they are held to the same table.

Spec: Fulcio certificate specification, "Issued certificate",
https://github.com/sigstore/fulcio/blob/main/docs/certificate-specification.md#issued-certificate
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from attestations.der import SEQUENCE, Reader

from ..faults import SignatureFault
from . import clauses
from .certificate import Certificate
from .clauses import Clause, Profile, check
from .roles import FULCIO, LEAF

RSA_BITS = range(2048, 4096 + 1, 8)
"""Sizes of an RSA key that Fulcio certifies."""


def _fulcio_key(certificate: Certificate) -> bool:
    try:
        key = certificate.key
    except SignatureFault:
        return False
    if not isinstance(key.handle, RSAPublicKey):
        return True
    return key.handle.key_size in RSA_BITS and key.handle.public_numbers().e == 65537


def _one_name(certificate: Certificate) -> bool:
    names = certificate.extension(x509.SubjectAlternativeName)
    return names is not None and len(names.value) == 1


def _named_once(certificate: Certificate) -> bool:
    if Reader(certificate.subject, "certificate.malformed").element(SEQUENCE).content:
        return True
    names = certificate.extension(x509.SubjectAlternativeName)
    return names is not None and names.critical


CLAUSES: Profile = (
    *LEAF,
    Clause("key usage of digitalSignature alone", clauses.signs_only_data, FULCIO),
    Clause("a serial number of 1 to 2^160 - 1", clauses.serial_in_range, f"{FULCIO}; RFC 5280 4.1.2.2"),
    Clause("only critical extensions that are understood", clauses.understood, "RFC 5280 4.2"),
    Clause("exactly one subject alternative name", _one_name, FULCIO),
    Clause("a critical name where the subject is empty", _named_once, f"{FULCIO}; RFC 5280 4.2.1.6"),
    Clause("a key of a kind that Fulcio certifies", _fulcio_key, FULCIO),
)
"""All that a certificate must have to sign; roles.LEAF comes first."""


def check_leaf(certificate: Certificate) -> None:
    """Prove that a certificate has Fulcio's profile of a signing certificate.

    Raises:
        CertificateFault: ``certificate.profile``, with the clause that does not hold.
    """
    check(certificate, CLAUSES, reason="certificate.profile", role="signing certificate of Fulcio's profile")
