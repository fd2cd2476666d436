"""Which certificate transparency logs saw a certificate before it was used.

An embedded SCT is a log's signature over the precertificate: the certificate without its SCTs, bound to the key that
issued it. A log counts if the trust root names it, the SCT's time lies in its window and its signature holds; it counts
once for its operator, however many SCTs it gave (T27). An SCT by a log that nobody names says nothing; one by a log
that is named and whose signature fails was forged.

Spec: RFC 6962 sections 3.2 and 3.3, https://www.rfc-editor.org/rfc/rfc6962#section-3.2
"""

from __future__ import annotations

import datetime
import hashlib

from cryptography import x509
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

from ..faults import CertificateFault, SignatureFault
from ..signatures import verify
from ..trust import CtLog, TrustRoot
from ..windows import shown
from .certificate import Certificate
from .paths import Path

_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001  SCT times are read as naive UTC
_V1, _CERTIFICATE_TIMESTAMP, _PRECERTIFICATE_ENTRY = b"\x00", b"\x00", b"\x00\x01"


def verify_scts(path: Path, trust: TrustRoot, *, threshold: int) -> tuple[str, ...]:
    """Prove that CT logs of at least `threshold` operators saw the leaf of `path`; the operators, sorted.

    Raises:
        CertificateFault: ``sct.missing`` where the certificate has no SCT and one is needed; ``sct.untrusted`` where
            too few are by logs that the trust root names, in their window; ``sct.invalid`` for one by a named log
            whose signature does not hold.
        TrustFault: ``trust.key_malformed``, ``trust.key_unsupported`` for the key of a log that gave one.
    """
    scts = _embedded(path.leaf)
    if not scts and threshold > 0:
        raise CertificateFault("sct.missing", "the certificate carries no proof that a CT log saw it")
    message = _signed_part(path) if scts else b""
    operators: set[str] = set()
    strangers: list[str] = []
    for sct in scts:
        log = _log_of(sct, trust)
        if log is None:
            strangers.append(f"log {sct.log_id.hex()[:16]} at {shown(_time(sct))}")
        else:
            _verify(sct, log, message)
            operators.add(log.operator)
    if len(operators) < threshold:
        raise CertificateFault(
            "sct.untrusted",
            "too few trusted CT logs saw the certificate",
            expected=f"at least {threshold}",
            actual=", ".join((*sorted(operators), *strangers)),
        )
    return tuple(sorted(operators))


def _embedded(leaf: Certificate) -> tuple[SignedCertificateTimestamp, ...]:
    extension = leaf.extension(x509.PrecertificateSignedCertificateTimestamps)
    return () if extension is None else tuple(extension.value)


def _time(sct: SignedCertificateTimestamp) -> datetime.datetime:
    try:
        return sct.timestamp.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError):
        raise CertificateFault("sct.invalid", "a certificate timestamp that lies beyond any calendar") from None


def _log_of(sct: SignedCertificateTimestamp, trust: TrustRoot) -> CtLog | None:
    """The log that gave an SCT, if the trust root names it for the time of the SCT."""
    return next((log for log in trust.ct_logs if log.log_id == sct.log_id and _time(sct) in log.window), None)


def _signed_part(path: Path) -> bytes:
    """The precertificate entry: hash of the issuer's key, and the leaf's TBSCertificate without the SCTs."""
    body = path.leaf.handle.tbs_precertificate_bytes
    return hashlib.sha256(path.issuer.spki).digest() + len(body).to_bytes(3, "big") + body


def _verify(sct: SignedCertificateTimestamp, log: CtLog, signed_part: bytes) -> None:
    milliseconds = (sct.timestamp - _EPOCH) // datetime.timedelta(milliseconds=1)
    message = b"".join(
        (
            _V1,
            _CERTIFICATE_TIMESTAMP,
            milliseconds.to_bytes(8, "big"),
            _PRECERTIFICATE_ENTRY,
            signed_part,
            len(sct.extension_bytes).to_bytes(2, "big"),
            sct.extension_bytes,
        )
    )
    try:
        verify(log.key, sct.signature, message, scheme=log.scheme)
    except SignatureFault as fault:
        raise CertificateFault(
            "sct.invalid", f"{log.name} did not sign this certificate timestamp: {fault.detail}"
        ) from None
