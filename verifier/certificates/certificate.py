"""A certificate as parsed: DER, once, with what the checks ask it for.

Names are compared as the bytes that were signed, never as text: two spellings of a name are two names, and reading a
hostile name cannot go wrong.

Spec: RFC 5280 section 4.1, https://www.rfc-editor.org/rfc/rfc5280#section-4.1
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from attestations.der import SEQUENCE, Reader
from attestations.digests import Digest

from ..faults import CertificateFault
from ..keys import PublicKey, load_spki

CERTIFICATE_MAX = 32 * 1024
"""Bytes of the longest certificate that is read; signing certificates take about 2 KB, 8 KB with an ML-DSA chain."""

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: `der` as received; `issuer`, `subject` (Names) and `spki` as the DER inside it; its `serial`.

    `extensions` are by dotted name. Two certificates are equal where their bytes are.
    """

    der: bytes
    handle: x509.Certificate = field(repr=False, compare=False)
    extensions: Mapping[str, x509.Extension[x509.ExtensionType]] = field(repr=False, compare=False)
    serial: int = field(compare=False)
    issuer: bytes = field(repr=False, compare=False)
    subject: bytes = field(repr=False, compare=False)
    spki: bytes = field(repr=False, compare=False)

    @property
    def key(self) -> PublicKey:
        """The subject's public key.

        Raises:
            SignatureFault: ``key.malformed``, ``key.unsupported``, ``key.weak``.
        """
        return load_spki(self.spki)

    @property
    def self_issued(self) -> bool:
        return self.issuer == self.subject

    @property
    def self_signed(self) -> bool:
        """Whether the certificate is a root: its own key verifies its signature."""
        if not self.self_issued:
            return False
        try:
            self.handle.verify_directly_issued_by(self.handle)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    @property
    def fingerprint(self) -> Digest:
        return Digest("sha256", hashlib.sha256(self.der).hexdigest())

    def valid_at(self, at: datetime.datetime) -> bool:
        """Whether `at` lies in the validity, both ends of which belong to it (RFC 5280 section 4.1.2.5)."""
        return self.handle.not_valid_before_utc <= at <= self.handle.not_valid_after_utc

    def extension(self, kind: type[_Extension]) -> x509.Extension[_Extension] | None:
        """The extension of this kind, None where absent."""
        found = self.extensions.get(kind.oid.dotted_string)
        return found if found is not None and isinstance(found.value, kind) else None  # type: ignore[return-value]


def parse_certificate(der: bytes) -> Certificate:
    """The certificate that `der` is, all of its extensions read.

    Raises:
        CertificateFault: ``certificate.malformed``, also for anything that is not DER, for an extension that occurs
            twice or cannot be read, and for bytes after the end.
    """
    if len(der) > CERTIFICATE_MAX:
        raise _malformed(f"{len(der)} bytes where a certificate takes at most {CERTIFICATE_MAX}")
    try:
        handle = x509.load_der_x509_certificate(der)
        extensions = {extension.oid.dotted_string: extension for extension in handle.extensions}
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm) as error:
        raise _malformed(f"not a certificate: {error}") from None
    except (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise _malformed(f"not a certificate: {error}") from None
    return Certificate(der, handle, extensions, *_parts(handle.tbs_certificate_bytes))


def _parts(tbs: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Serial number, issuer, subject and SubjectPublicKeyInfo out of a TBSCertificate that has been parsed already."""
    reader = Reader(tbs, "certificate.malformed").within(SEQUENCE)
    reader.optional(0xA0)  # version
    serial = reader.integer()
    reader.element(SEQUENCE)  # signature
    issuer = reader.element(SEQUENCE).whole
    reader.element(SEQUENCE)  # validity
    return serial, issuer, reader.element(SEQUENCE).whole, reader.element(SEQUENCE).whole


def _malformed(detail: str) -> CertificateFault:
    return CertificateFault("certificate.malformed", detail)
