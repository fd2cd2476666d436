"""OpenPGP, by pysequoia: whether a certificate that the policy pins made a signature over bytes that are at hand.

pysequoia reads the clock: the one exception to purity here (decision 0059). What hangs on a time we hold against `now`
ourselves: the certificate's own end goes into its window (`key_files`), and when a signature was made is a check
(`checks.signers`). A signature with an end of its own is not read.

Spec: RFC 9580, sections 5.2 and 10
"""

from __future__ import annotations

import contextlib
import datetime
from base64 import encodebytes
from types import ModuleType

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attestations.bundles import OpenPgpSignature
from attestations.digests import Digest, DigestSet
from attestations.documents.clearsigned import signed_text, split_clearsigned
from attestations.openpgp import PUBLIC_KEY, TRUST, PrimaryKey, dearmoured, fingerprints, framed, packets, primary_key

from ..faults import SignatureFault
from ..keys import PublicKey, load_ed25519, load_spki
from ..windows import Window
from .whole import Whole

BEGIN = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
_CURVES: dict[bytes, type[ec.EllipticCurve]] = {
    bytes.fromhex("2a8648ce3d030107"): ec.SECP256R1,
    bytes.fromhex("2b81040022"): ec.SECP384R1,
    bytes.fromhex("2b81040023"): ec.SECP521R1,
}


class OpenPgpKey(PublicKey, frozen=True, eq=False):
    """A certificate's primary key, by which it is pinned, with the whole certificate: subkeys sign, too."""

    certificate: bytes = b""


def is_certificate(data: bytes) -> bool:
    """Whether a file holds an OpenPGP certificate, armoured or not."""
    return data.lstrip(b" \t\r\n").startswith(BEGIN) or data[:1] in (b"\x98", b"\x99", b"\xc6")


def split_certificates(data: bytes, source: str) -> tuple[bytes, ...]:
    """Each certificate in a file of them, such as an archive's keyring; what gpg notes of its own trust is left out.

    Raises:
        FormatFault: ``openpgp.malformed``.
        SignatureFault: ``key.malformed``.
    """
    found: list[bytes] = []
    for packet in packets(dearmoured(data, b"PUBLIC KEY BLOCK", source), source):
        if packet.tag == PUBLIC_KEY:
            found.append(b"")
        if not found:
            break
        if packet.tag != TRUST:
            found[-1] += framed(packet)
    if not found:
        raise SignatureFault("key.malformed", "not an OpenPGP certificate")
    return tuple(found)


def load_certificate(raw: bytes, source: str) -> tuple[OpenPgpKey, Window]:
    """One certificate, pinned by its primary key's fingerprint, and from when until when it says it holds.

    Raises:
        FormatFault: ``openpgp.malformed``, ``openpgp.unsupported``.
        SignatureFault: ``openpgp.unavailable``, ``openpgp.revoked`` (`actual` is its fingerprint), ``key.*``.
    """
    sequoia = _library()
    primary = primary_key(next(packets(raw, source)).body, source)
    key = _public(primary)
    try:
        certificate = sequoia.Cert.from_bytes(raw)
        revoked, end = certificate.is_revoked, certificate.expiration
    except RuntimeError:
        raise SignatureFault("key.malformed", "an OpenPGP certificate that does not hold together") from None
    if revoked:
        detail = "the certificate has been revoked by its owner"
        raise SignatureFault("openpgp.revoked", detail, actual=str(key.fingerprint))
    start = datetime.datetime.fromtimestamp(primary.created, datetime.UTC)
    return OpenPgpKey(key.algorithm, key.spki, key.fingerprint, key.handle, raw), Window(start, end)


def _public(primary: PrimaryKey) -> PublicKey:
    first, second = primary.parts
    if primary.kind == "ed25519":
        return load_ed25519(first)
    try:
        if primary.kind == "rsa":
            numbers = rsa.RSAPublicNumbers(int.from_bytes(second, "big"), int.from_bytes(first, "big"))
            return load_spki(numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        curve = _CURVES.get(first)
        if curve is None:
            raise SignatureFault("key.unsupported", "an OpenPGP key on a curve that is not read")
        handle = ec.EllipticCurvePublicKey.from_encoded_point(curve(), second)
        return load_spki(handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    except ValueError:
        raise SignatureFault("key.malformed", "an OpenPGP key whose numbers are none") from None


def verify_openpgp(content: OpenPgpSignature, key: PublicKey, signed: DigestSet) -> Digest:
    """As `verify_detached`; over bytes at hand alone, and a signed text over the very file that it is."""
    if not isinstance(key, OpenPgpKey):
        raise SignatureFault("signature.unknown_key", "no pinned key is the one that this evidence was signed with")
    if not isinstance(signed, Whole):
        raise SignatureFault("signature.needs_bytes", "an OpenPGP signature is over the bytes themselves")
    sequoia = _library()
    if content.clearsigned and content.clearsigned != signed.content:
        raise SignatureFault("signature.invalid", "the signature is around another text")
    told = None
    with contextlib.suppress(RuntimeError):
        certificate = sequoia.Cert.from_bytes(key.certificate)
        if content.clearsigned:
            told = sequoia.verify(bytes=_one_of(content), store=lambda _ids: [certificate])
        else:
            signature = sequoia.Sig.from_bytes(content.packet)
            told = sequoia.verify(bytes=signed.content, store=lambda _ids: [certificate], signature=signature)
    if told is None or not told.valid_sigs:
        raise SignatureFault("signature.invalid", _why(sequoia, content, key))
    if content.clearsigned and _lines(told.bytes or b"") != _lines(signed_text(content.clearsigned, "")):
        raise SignatureFault("signature.invalid", "the text that is signed is not the one that is read")
    return signed.digests[0]


def _why(sequoia: ModuleType, content: OpenPgpSignature, key: OpenPgpKey) -> str:
    """Why it does not verify: it names another key itself, or the bytes are others."""
    named = ""
    with contextlib.suppress(RuntimeError):
        named = (sequoia.Sig.from_bytes(content.packet).issuer_fingerprint or "").lower()
    if named and named not in fingerprints(key.certificate):
        return f"made, it says, by the OpenPGP key {named}, which is none of {key.fingerprint}"
    return f"the signature does not verify under {key.fingerprint}"


def _one_of(content: OpenPgpSignature) -> bytes:
    """The signed text with this signature alone: by which of several it is signed is what is asked."""
    block = split_clearsigned(content.clearsigned, "")[1]
    text = content.clearsigned[: len(content.clearsigned) - len(block)]
    label = b"-----%s PGP SIGNATURE-----\n"
    return text + label % b"BEGIN" + b"\n" + encodebytes(content.packet) + label % b"END"


def _lines(text: bytes) -> list[bytes]:
    return [line.rstrip(b" \t\r") for line in text.removesuffix(b"\n").split(b"\n")]


def _library() -> ModuleType:
    try:
        import pysequoia
    except ImportError:
        raise SignatureFault("openpgp.unavailable", "OpenPGP is read by pysequoia, which is not installed") from None
    module: ModuleType = pysequoia
    return module
