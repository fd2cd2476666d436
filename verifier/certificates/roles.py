"""The roles of certificates in a path: an issuer of others, a root, a leaf that signs code.

Spec: RFC 5280 sections 4.2.1 and 6.1.4, https://www.rfc-editor.org/rfc/rfc5280; Fulcio's certificate specification,
https://github.com/sigstore/fulcio/blob/main/docs/certificate-specification.md
"""

from __future__ import annotations

from . import clauses
from .certificate import Certificate
from .clauses import CODE_SIGNING, Clause, Profile, check

FULCIO = "Fulcio certificate specification, issued certificate"

ISSUER: Profile = (
    Clause("version 3", clauses.version_3, "RFC 5280 6.1.4 (k)"),
    Clause("critical basic constraints with CA", clauses.authority, "RFC 5280 4.2.1.9"),
    Clause("key usage with keyCertSign", clauses.signs_certificates, "RFC 5280 4.2.1.3"),
    Clause("only critical extensions that are understood", clauses.understood, "RFC 5280 4.2"),
)
"""A certificate that issues others. A purpose and a path length, where it states them, are the path's to check."""

LEAF: Profile = (
    Clause("version 3", clauses.version_3, "RFC 5280 4.1.2.1"),
    Clause("basic constraints without CA, or none", clauses.no_authority, FULCIO),
    Clause("key usage with digitalSignature", clauses.signs_data, FULCIO),
    Clause("key usage without keyCertSign", clauses.signs_no_certificates, FULCIO),
    Clause("extended key usage of codeSigning alone", clauses.only_for(CODE_SIGNING), FULCIO),
)
"""A certificate that signs code and issues nothing; what Fulcio asks beyond that is in `fulcio`."""


def check_issuer(certificate: Certificate) -> None:
    """Prove that a certificate may issue others.

    Raises:
        CertificateFault: ``certificate.issuer_role``.
    """
    check(certificate, ISSUER, reason="certificate.issuer_role", role="issuer of certificates")


def check_root(certificate: Certificate) -> None:
    """Prove that a certificate is an issuer that issued itself.

    Raises:
        CertificateFault: ``certificate.issuer_role``.
    """
    profile = (*ISSUER, Clause("its own signature", lambda certificate: certificate.self_signed, "RFC 5280 3.2"))
    check(certificate, profile, reason="certificate.issuer_role", role="root of certificates")


def check_signer(certificate: Certificate) -> None:
    """Prove that a certificate may sign code and issues nothing.

    Raises:
        CertificateFault: ``certificate.profile``.
    """
    check(certificate, LEAF, reason="certificate.profile", role="signing certificate")
