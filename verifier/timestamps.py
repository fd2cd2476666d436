"""RFC 3161 timestamps: a moment at which somebody trusted saw a message.

1. Authority: the signer's certificate is the *first* certificate of a trusted timestamp authority, found by the issuer
   and serial number (or key identifier) that the token names. Certificates in the token are never used (T45).
2. Profile: that certificate is for time stamping alone, critically, and issues nothing.
3. Time: the authority's whole chain and its window, both ends included, hold at the time that the token gives.
4. Signature: over the signed attributes, which hold the content type, the content's digest and the certificate's hash.
5. Message: the imprint is the digest of the message that we were given.

Why this is ours and not `rfc3161-client`'s work: decision 0023. No time is read anywhere else; that a token does not
lie in the future is for the caller to say, who knows when it is.

Spec: RFC 3161 sections 2.3 and 2.4.2, https://www.rfc-editor.org/rfc/rfc3161; RFC 5816 (SigningCertificateV2); RFC 5652
section 5.4; RFC 5035
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping

from cryptography import x509

from attestations.cms import CONTENT_TYPE, MESSAGE_DIGEST, Signer, algorithm
from attestations.der import OCTET_STRING, OID, SEQUENCE, Reader
from attestations.timestamp_tokens import TST_INFO, TimestampToken, TstInfo, parse_timestamp

from .authenticated import VerifiedTime
from .certificates import clauses
from .certificates.certificate import Certificate
from .certificates.clauses import TIME_STAMPING, Clause, Profile, check
from .certificates.paths import build_timestamp_path, trusted_certificate
from .faults import CertificateFault, SignatureFault, TimeFault
from .signatures import named, verify
from .trust import TimestampAuthority, TrustRoot
from .windows import shown

ACCURACY_MAX = datetime.timedelta(minutes=1)
"""How far a time may be off by the authority's own word: a tenth of a signing certificate's life. Sigstore says 1 s."""

HASHES: Mapping[str, str] = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""Digests that a token may rest on. SHA-1 and MD5 collide."""

SIGNATURES: Mapping[str, tuple[str, str]] = {
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    "1.2.840.113549.1.1.1": ("rsa-pkcs1", ""),
    "1.2.840.113549.1.1.11": ("rsa-pkcs1", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa-pkcs1", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa-pkcs1", "sha512"),
    "1.3.101.112": ("ed25519", ""),
    "2.16.840.1.101.3.4.3.17": ("ml-dsa-44", ""),
    "2.16.840.1.101.3.4.3.18": ("ml-dsa-65", ""),
    "2.16.840.1.101.3.4.3.19": ("ml-dsa-87", ""),
}
"""Signature algorithms: family, and the hash where the name says it; RSA's bare name leaves it to the digest."""

SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"


def _critical_purpose(certificate: Certificate) -> bool:
    usage = certificate.extension(x509.ExtendedKeyUsage)
    return usage is not None and usage.critical


AUTHORITY: Profile = (
    Clause("version 3", clauses.version_3, "RFC 5280 4.1.2.1"),
    Clause("extended key usage of timeStamping alone", clauses.only_for(TIME_STAMPING), "RFC 3161 2.3"),
    Clause("extended key usage that is critical", _critical_purpose, "RFC 3161 2.3"),
    Clause("basic constraints without CA, or none", clauses.no_authority, "RFC 5280 4.2.1.9"),
    Clause("key usage with digitalSignature, or none", clauses.may_sign_data, "RFC 5280 4.2.1.3"),
    Clause("only critical extensions that are understood", clauses.understood, "RFC 5280 4.2"),
)
"""What the certificate of a timestamp authority must have."""


def verify_timestamp(token: bytes, message: bytes, trust: TrustRoot) -> VerifiedTime:
    """Prove that a trusted timestamp authority saw `message` at the time returned.

    `token` is a TimeStampToken or a whole TimeStampResp, DER; `message` the bytes that were stamped (of a bundle, the
    signature).

    Raises:
        FormatFault: ``time.malformed``, ``time.refused``, ``time.unsupported``.
        TimeFault: ``time.untrusted`` where no authority that the trust root names signed it; ``time.unsupported``,
            ``time.inaccurate``, ``time.signature_invalid``, ``time.other_message``, ``time.outside_window``.
        CertificateFault: ``time.authority_profile``.
        TrustFault: ``trust.certificate_malformed``.
    """
    stamp = parse_timestamp(token)
    signer = _only_signer(stamp)
    _check_info(stamp.info)
    first: TimeFault | CertificateFault | None = None
    for authority, certificate in _named_by(signer, trust):
        try:
            check(certificate, AUTHORITY, reason="time.authority_profile", role="certificate of a timestamp authority")
            _check_window(stamp.info.time, authority)
            _check_signature(stamp, signer, certificate)
            _check_message(stamp.info, message)
        except (TimeFault, CertificateFault) as fault:
            first = first or fault
        else:
            return VerifiedTime(stamp.info.time, "tsa", authority.operator)
    raise first or TimeFault("time.untrusted", "no timestamp authority that the trust root names signed this timestamp")


def _only_signer(stamp: TimestampToken) -> Signer:
    signers = stamp.signed.signers
    if len(signers) != 1:
        raise TimeFault(
            "time.malformed",
            "a timestamp is signed by its authority alone",
            expected="1 signer",
            actual=str(len(signers)),
        )
    return signers[0]


def _check_info(info: TstInfo) -> None:
    if info.imprint_algorithm not in HASHES:
        raise _unsupported("a timestamp over a digest that is not read", info.imprint_algorithm)
    critical = [name for name, is_critical in info.extensions if is_critical]
    if critical:
        raise _unsupported("a timestamp with a critical extension that is not read", critical[0])
    if info.accuracy is not None and info.accuracy > ACCURACY_MAX:
        raise TimeFault(
            "time.inaccurate",
            "the timestamp may be off by too much to say when",
            expected=f"at most {ACCURACY_MAX.total_seconds():g} s",
            actual=f"{info.accuracy.total_seconds():g} s",
        )


def _named_by(signer: Signer, trust: TrustRoot) -> Iterator[tuple[TimestampAuthority, Certificate]]:
    """The trusted authorities whose signing certificate is the one that the token names."""
    for authority in trust.timestamp_authorities:
        certificate = trusted_certificate(authority, 0)
        key_identifier = certificate.extension(x509.SubjectKeyIdentifier)
        if signer.serial is not None:
            if (certificate.issuer, certificate.serial) == (signer.issuer, signer.serial):
                yield authority, certificate
        elif key_identifier is not None and key_identifier.value.digest == signer.key_identifier:
            yield authority, certificate


def _check_signature(stamp: TimestampToken, signer: Signer, certificate: Certificate) -> None:
    hashing = HASHES.get(signer.digest_algorithm)
    if hashing is None:
        raise _unsupported("a timestamp signed over a digest that is not read", signer.digest_algorithm)
    if _single(signer, CONTENT_TYPE, OID).oid() != TST_INFO:
        raise TimeFault("time.malformed", "the signed content type is not that of a timestamp")
    digest = _single(signer, MESSAGE_DIGEST, OCTET_STRING).element(OCTET_STRING).content
    if digest != hashlib.new(hashing, stamp.signed.content).digest():
        raise TimeFault("time.signature_invalid", "the signature is over another timestamp than the one shown")
    _check_certificate_hash(signer, certificate)
    try:
        key = certificate.key
        scheme = named(_scheme(signer, key.algorithm, hashing))
        verify(key, signer.signature, signer.signed, scheme=scheme)
    except SignatureFault as fault:
        if fault.reason in ("signature.invalid", "signature.malformed"):
            raise TimeFault("time.signature_invalid", f"the timestamp's {fault.detail}") from None
        raise _unsupported(f"the timestamp's signature: {fault.detail}", signer.signature_algorithm) from None


def _scheme(signer: Signer, key_algorithm: str, hashing: str) -> str:
    """The name in `verifier.signatures` of what a signer used."""
    family, own_hash = SIGNATURES.get(signer.signature_algorithm, ("", ""))
    if not family:
        raise _unsupported("a timestamp signed in a way that is not read", signer.signature_algorithm)
    if own_hash and own_hash != hashing:
        raise TimeFault("time.malformed", "two digest algorithms for one signature", expected=hashing, actual=own_hash)
    if family == "ecdsa":
        return f"{key_algorithm}-{hashing}"
    return f"{family}-{hashing}" if family == "rsa-pkcs1" else family


def _single(signer: Signer, kind: str, tag: int) -> Reader:
    """The one value of a signed attribute."""
    values = signer.attributes.get(kind, ())
    if len(values) != 1 or values[0][0] != tag:
        raise TimeFault("time.malformed", f"signed attribute {kind} must be there, with one value")
    return Reader(values[0], "time.malformed")


def _check_certificate_hash(signer: Signer, certificate: Certificate) -> None:
    """The signed attributes name the signer's certificate by hash (RFC 3161 section 2.4.2; RFC 5035 section 5.4)."""
    stated = 0
    for kind in (SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2):
        if kind in signer.attributes:
            hashing, value = _first_certificate(_single(signer, kind, SEQUENCE), kind == SIGNING_CERTIFICATE_V2)
            # SHA-1 in the old form tells apart certificates that are pinned already; nothing rests on it.
            if hashlib.new(hashing, certificate.der, usedforsecurity=hashing != "sha1").digest() != value:
                raise TimeFault("time.signature_invalid", "the timestamp was signed for another certificate")
            stated += 1
    if not stated:
        raise TimeFault("time.malformed", "the timestamp does not name the certificate that signed it")


def _first_certificate(attribute: Reader, v2: bool) -> tuple[str, bytes]:
    """Hash name and value of the first ESSCertID or ESSCertIDv2."""
    identifier = attribute.within(SEQUENCE).within(SEQUENCE).within(SEQUENCE)
    hashing = "sha256" if v2 else "sha1"
    if v2 and identifier.next_tag == SEQUENCE:
        name, _ = algorithm(identifier)
        if name not in HASHES:
            raise _unsupported("a certificate named by a digest that is not read", name)
        hashing = HASHES[name]
    return hashing, identifier.element(OCTET_STRING).content


def _check_message(info: TstInfo, message: bytes) -> None:
    digest = hashlib.new(HASHES[info.imprint_algorithm], message).digest()
    if info.imprint != digest:
        raise TimeFault(
            "time.other_message",
            "the timestamp is about something else",
            expected=digest.hex(),
            actual=info.imprint.hex(),
        )


def _check_window(at: datetime.datetime, authority: TimestampAuthority) -> None:
    if at not in authority.window:
        raise TimeFault(
            "time.outside_window",
            f"{authority.name} was not trusted at the time that it gives",
            expected=str(authority.window),
            actual=shown(at),
        )
    try:
        build_timestamp_path(authority, at)
    except CertificateFault as fault:
        reason = "time.outside_window" if fault.reason == "certificate.expired" else "time.authority_profile"
        raise TimeFault(reason, fault.detail, expected=fault.expected, actual=fault.actual) from None


def _unsupported(detail: str, actual: str) -> TimeFault:
    return TimeFault("time.unsupported", detail, actual=actual)
