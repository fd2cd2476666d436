"""A certificate as parsed: DER, once, with what the checks ask it for.

Names are compared as the bytes that were signed, never as text: two spellings of a name are two names, and reading a
hostile name cannot go wrong.

Spec: RFC 5280 section 4.1, https://www.rfc-editor.org/rfc/rfc5280#section-4.1
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from attestations.cms import algorithm
from attestations.der import SEQUENCE, Reader
from attestations.digests import Digest
from attestations.faults import FormatFault

from ..faults import CertificateFault
from ..keys import PublicKey, load_spki

CERTIFICATE_MAX = 32 * 1024
"""Bytes of the longest certificate that is read; signing certificates take about 2 KB, 8 KB with an ML-DSA chain."""

_loaded_key = functools.lru_cache(maxsize=128)(load_spki)
"""A leaf's key is asked for by its profile, by its signer's name and by the signature."""

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
        return _loaded_key(self.spki)

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
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
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
        if found is None or not isinstance(found.value, kind):
            return None
        return cast("x509.Extension[_Extension]", found)


def parse_certificate(der: bytes) -> Certificate:
    """The certificate that `der` is, all of its extensions read.

    Raises:
        CertificateFault: ``certificate.malformed``, also for anything that is not DER, for an extension that occurs
            twice or cannot be read, for a serial number that is not positive, and for bytes after the end.
    """
    if len(der) > CERTIFICATE_MAX:
        raise _malformed(f"{len(der)} bytes where a certificate takes at most {CERTIFICATE_MAX}")
    try:
        parts = _parts(der)
        handle = x509.load_der_x509_certificate(der)
        extensions = {extension.oid.dotted_string: extension for extension in handle.extensions}
    except FormatFault as fault:
        raise CertificateFault(fault.reason, fault.detail, place=fault.place) from None
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm) as error:
        raise _malformed(f"not a certificate: {error}") from None
    except (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise _malformed(f"not a certificate: {error}") from None
    return Certificate(der, handle, extensions, *parts)


def _parts(der: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Serial number, issuer, subject and SubjectPublicKeyInfo, as they stand in the bytes."""
    outer = Reader(der, "certificate.malformed")
    reader = outer.within(SEQUENCE).within(SEQUENCE)
    outer.finish()
    reader.optional(0xA0)  # version
    serial = reader.integer()
    if serial <= 0:
        raise _malformed("a serial number that is not positive (RFC 5280 4.1.2.2)")
    name, parameters = algorithm(reader)
    if parameters and name.startswith(_WITHOUT_PARAMETERS):
        raise _malformed("a signature algorithm with parameters that it does not have (RFC 5758 3.1, 3.2)")
    issuer = reader.element(SEQUENCE).whole
    reader.element(SEQUENCE)  # validity
    return serial, issuer, reader.element(SEQUENCE).whole, reader.element(SEQUENCE).whole


_WITHOUT_PARAMETERS = ("1.2.840.10045.4.3.", "2.16.840.1.101.3.4.3.")
"""ECDSA; DSA, which is not read otherwise. The library takes such parameters still, and says so on standard error."""


def _malformed(detail: str) -> CertificateFault:
    return CertificateFault("certificate.malformed", detail)
