"""Certificates, trust roots and timestamps with one thing wrong at a time.

A certificate is described by a `Wanted`; `replace` one field and it breaks one rule. What the builder of
`cryptography` refuses to build is edited in the finished DER and signed again (`remade`).
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import asn1crypto.x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from attestations.digests import Digest
from fixtures.world.keys import EcKey, ec_key
from verifier.trust import UNBOUNDED, CertificateAuthority, CtLog, TimestampAuthority, TrustRoot, Window
from verifier.verdict import TrustReference

UTC = datetime.UTC
START = datetime.datetime(2025, 1, 1, tzinfo=UTC)
END = datetime.datetime(2035, 1, 1, tzinfo=UTC)
AT = datetime.datetime(2026, 3, 2, 11, 4, tzinfo=UTC)
"""When signatures are made, as a rule."""

IDENTITY = "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0"
ISSUER = "https://token.actions.githubusercontent.com"
ARC = "1.3.6.1.4.1.57264.1"

CODE_SIGNING = ExtendedKeyUsageOID.CODE_SIGNING
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


class Key(Protocol):
    """A private key as `fixtures.world.keys` makes them."""

    @property
    def private(self) -> Any: ...

    @property
    def spki(self) -> bytes: ...

    @property
    def details(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Plain:
    """A private key of the library's that the fixture world would not make."""

    private: Any
    details: str = ""

    @property
    def spki(self) -> bytes:
        encoding, kind = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        der: bytes = self.private.public_key().public_bytes(encoding, kind)
        return der

    def sign(self, message: bytes) -> bytes:
        raise NotImplementedError


Extensions = tuple[tuple[x509.ExtensionType, bool], ...]


def usage(*names: str) -> x509.KeyUsage:
    """Key usage with these bits set, spelled as the library spells them."""
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in every})


def text(number: int, value: str) -> x509.UnrecognizedExtension:
    """One of Fulcio's extensions: raw text up to .6, a UTF8String from .8 on."""
    encoded = value.encode()
    if number > 6:
        encoded = b"\x0c" + bytes([len(encoded)]) + encoded
    return x509.UnrecognizedExtension(ObjectIdentifier(f"{ARC}.{number}"), encoded)


LEAF_EXTENSIONS: Extensions = (
    (usage("digital_signature"), True),
    (x509.ExtendedKeyUsage([CODE_SIGNING]), False),
    (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(IDENTITY)]), True),
    (text(1, ISSUER), False),
    (text(8, ISSUER), False),
)
CA_EXTENSIONS: Extensions = (
    (x509.BasicConstraints(ca=True, path_length=None), True),
    (usage("key_cert_sign", "crl_sign"), True),
)


_DIGESTS = {"": None, "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
"""By name; "" for a key that has no hash of its own."""


@dataclass(frozen=True)
class Wanted:
    """A certificate to be made: whose, by whom, valid when, with which extensions."""

    subject: str
    issuer: str
    key: Key
    signer: Key
    start: datetime.datetime = START
    end: datetime.datetime = END
    extensions: Extensions = LEAF_EXTENSIONS
    digest: str = "sha384"
    serial: int = 0

    @functools.cache  # noqa: B019  a test run ends
    def der(self) -> bytes:
        """The certificate, DER; the same description gives the same bytes, made once."""
        public: Any = serialization.load_der_public_key(self.key.spki)
        digest = hashlib.sha256(f"{self.subject}{self.issuer}{self.start}".encode() + self.key.spki).digest()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(self.subject))
            .issuer_name(name(self.issuer))
            .public_key(public)
            .serial_number(self.serial or int.from_bytes(digest[:16], "big") | 1)
            .not_valid_before(self.start)
            .not_valid_after(self.end)
        )
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical)
        repeatable = True if isinstance(self.signer, EcKey) else None
        signed = builder.sign(self.signer.private, _DIGESTS[self.digest], ecdsa_deterministic=repeatable)
        return signed.public_bytes(serialization.Encoding.DER)


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])


def without(extensions: Extensions, kind: type[x509.ExtensionType]) -> Extensions:
    return tuple(pair for pair in extensions if not isinstance(pair[0], kind))


def with_(extensions: Extensions, extension: x509.ExtensionType, critical: bool) -> Extensions:
    """The same extensions with this one in place of its kind."""
    return (*without(extensions, type(extension)), (extension, critical))


ROOT = Wanted("root", "root", ec_key("root", "p384"), ec_key("root", "p384"), extensions=CA_EXTENSIONS)
INTERMEDIATE = Wanted("intermediate", "root", ec_key("under", "p384"), ROOT.key, extensions=CA_EXTENSIONS)
LEAF = Wanted(
    "",
    "intermediate",
    ec_key("leaf"),
    INTERMEDIATE.key,
    start=AT - datetime.timedelta(minutes=1),
    end=AT + datetime.timedelta(minutes=9),
)


def authority(*chain: Wanted | bytes, window: Window = UNBOUNDED, named: str = "ca") -> CertificateAuthority:
    return CertificateAuthority(named, named, _ders(chain), window)


def timestamp_authority(*chain: Wanted | bytes, window: Window = UNBOUNDED, named: str = "tsa") -> TimestampAuthority:
    return TimestampAuthority(named, named, _ders(chain), window)


def trusting(
    *authorities: CertificateAuthority | TimestampAuthority, ct_logs: Sequence[CtLog] = (), dated: Any = None
) -> TrustRoot:
    """A trust root of these authorities and CT logs."""
    reference = TrustReference("made", Digest("sha256", "00" * 32), dated)
    return TrustRoot(
        reference,
        tuple(each for each in authorities if isinstance(each, CertificateAuthority)),
        tuple(each for each in authorities if isinstance(each, TimestampAuthority)),
        (),
        tuple(ct_logs),
    )


def _ders(chain: Sequence[Wanted | bytes]) -> tuple[bytes, ...]:
    return tuple(each if isinstance(each, bytes) else each.der() for each in chain)


def remade(der: bytes, signer: Key, edit: Callable[[Any], None]) -> bytes:
    """A certificate edited in its TBSCertificate (as `asn1crypto` shows it) and signed again."""
    certificate = asn1crypto.x509.Certificate.load(der)
    edit(certificate["tbs_certificate"])
    certificate["signature_value"] = signer.sign(certificate["tbs_certificate"].dump(force=True))
    made: bytes = certificate.dump(force=True)
    return made
