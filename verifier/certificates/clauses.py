"""Clauses: what a certificate in some role must have, one line each, with the specification that says so.

A profile is a tuple of clauses and nothing else; `check` holds a certificate to one. The predicates here are shared by
the profiles of `roles`, `fulcio` and the timestamp authority.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from msgspec import Struct

from ..faults import CertificateFault
from .certificate import Certificate

Predicate = Callable[[Certificate], bool]


class Clause(Struct, frozen=True):
    """One demand: what a certificate must have in words (`wants`) and in code (`holds`), and who says so (`spec`)."""

    wants: str
    holds: Predicate
    spec: str


Profile = tuple[Clause, ...]


def check(certificate: Certificate, profile: Profile, *, reason: str, role: str) -> None:
    """Hold `certificate` to each clause of `profile`, in order; `role` is what it is to be, for people.

    Raises:
        CertificateFault: `reason`, with the first clause that does not hold as what was expected.
    """
    for clause in profile:
        if not clause.holds(certificate):
            raise CertificateFault(
                reason, f"no {role}: it lacks {clause.wants}", expected=f"{clause.wants} ({clause.spec})"
            )


class Purpose(Struct, frozen=True):
    """An extended key usage."""

    name: str
    oid: x509.ObjectIdentifier


CODE_SIGNING = Purpose("codeSigning", ExtendedKeyUsageOID.CODE_SIGNING)
TIME_STAMPING = Purpose("timeStamping", ExtendedKeyUsageOID.TIME_STAMPING)

UNDERSTOOD = frozenset(
    kind.oid.dotted_string
    for kind in (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
)
"""The extensions that may be critical, because the checks take them into account."""


def understood(certificate: Certificate) -> bool:
    return all(not each.critical or name in UNDERSTOOD for name, each in certificate.extensions.items())


def version_3(certificate: Certificate) -> bool:
    return certificate.handle.version is x509.Version.v3


def serial_in_range(certificate: Certificate) -> bool:
    return 0 < certificate.serial < 1 << 160


def authority(certificate: Certificate) -> bool:
    constraints = certificate.extension(x509.BasicConstraints)
    return constraints is not None and constraints.critical and constraints.value.ca


def no_authority(certificate: Certificate) -> bool:
    constraints = certificate.extension(x509.BasicConstraints)
    return constraints is None or not constraints.value.ca


def signs_certificates(certificate: Certificate) -> bool:
    usage = certificate.extension(x509.KeyUsage)
    return usage is not None and usage.value.key_cert_sign


def signs_no_certificates(certificate: Certificate) -> bool:
    usage = certificate.extension(x509.KeyUsage)
    return usage is None or not usage.value.key_cert_sign


def signs_data(certificate: Certificate) -> bool:
    usage = certificate.extension(x509.KeyUsage)
    return usage is not None and usage.value.digital_signature


def signs_only_data(certificate: Certificate) -> bool:
    usage = certificate.extension(x509.KeyUsage)
    return usage is not None and usage.value == _DIGITAL_SIGNATURE


_DIGITAL_SIGNATURE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def may_sign_data(certificate: Certificate) -> bool:
    usage = certificate.extension(x509.KeyUsage)
    return usage is None or usage.value.digital_signature or usage.value.content_commitment


def purposes(certificate: Certificate) -> frozenset[x509.ObjectIdentifier] | None:
    """The extended key usages, None where the extension is absent."""
    usage = certificate.extension(x509.ExtendedKeyUsage)
    return None if usage is None else frozenset(usage.value)


def purpose_allowed(certificate: Certificate, purpose: Purpose) -> bool:
    """An issuer's extended key usage bounds what is below it; without one it bounds nothing."""
    stated = purposes(certificate)
    return stated is None or purpose.oid in stated or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in stated


def only_for(purpose: Purpose) -> Predicate:
    """Extended key usage holds `purpose` and nothing else; ``anyExtendedKeyUsage`` does not stand for it."""
    return lambda certificate: purposes(certificate) == frozenset({purpose.oid})
