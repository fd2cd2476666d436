"""Public keys: bytes → one value a key, whatever spelling it came in.

    algorithm                              bounds
    ecdsa-p256  ecdsa-p384  ecdsa-p521     the point is on the curve; named curves only
    ed25519                                canonical encoding, not of small order
    rsa                                    2048 to 8192 bits; exponent odd, 3 to 2^33 - 1
    ml-dsa-44   ml-dsa-65   ml-dsa-87

A key is counted by its *fingerprint*, the SHA-256 of its SubjectPublicKeyInfo encoded anew in one way: PEM and DER,
a compressed point and an uncompressed one are one key and never two (T25).

Spec: RFC 5280 section 4.1.2.7; RFC 5480; RFC 8410; RFC 8017 appendix A.1; RFC 9881.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from msgspec import Struct

from attestations.digests import Digest
from attestations.pem import parse_pem

from .faults import SignatureFault

RSA_BITS = range(2048, 8192 + 1)
"""Below 2048 bits NIST SP 800-131A disallows; above 8192 one check costs a hostile key's owner nothing and us much."""

RSA_EXPONENTS = range(3, 1 << 33, 2)
"""The bounds of BoringSSL and of browsers; RFC 8017 itself asks for odd and at least 3."""

SPKI_MAX = 8192
"""Bytes of the longest key that is read: ML-DSA-87 takes 2,614, RSA of 8192 bits 1,062."""

Handle = (
    ec.EllipticCurvePublicKey
    | Ed25519PublicKey
    | rsa.RSAPublicKey
    | mldsa.MLDSA44PublicKey
    | mldsa.MLDSA65PublicKey
    | mldsa.MLDSA87PublicKey
)


class PublicKey(Struct, frozen=True, eq=False):
    """A key within its bounds: `algorithm` out of the module's table, `spki` canonical DER, `handle` to check with.

    Two keys are one where `spki` is: whatever else they hold follows from it.
    """

    algorithm: str
    spki: bytes
    fingerprint: Digest
    handle: Handle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and type(other) is type(self) and other.spki == self.spki

    def __hash__(self) -> int:
        return hash(self.spki)


_CURVES: Mapping[str, str] = {"secp256r1": "ecdsa-p256", "secp384r1": "ecdsa-p384", "secp521r1": "ecdsa-p521"}
# AlgorithmIdentifier: id-ecPublicKey and the curve by name, RFC 5480 section 2.1.1.
_CURVE_IDENTIFIERS: Mapping[str, bytes] = {
    "ecdsa-p256": bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"),
    "ecdsa-p384": bytes.fromhex("301006072a8648ce3d020106052b81040022"),
    "ecdsa-p521": bytes.fromhex("301006072a8648ce3d020106052b81040023"),
}
_ML_DSA: Mapping[type, str] = {
    mldsa.MLDSA44PublicKey: "ml-dsa-44",
    mldsa.MLDSA65PublicKey: "ml-dsa-65",
    mldsa.MLDSA87PublicKey: "ml-dsa-87",
}

# Ed25519 keys of two widely used rebuilders carry a NULL that RFC 8410 section 3 forbids. The prefix is matched whole,
# so nothing else is let through, and the key gets the fingerprint of its proper form.
_ED25519_WITH_NULL = bytes.fromhex("302c300706032b65700500032100")


def load_spki(der: bytes) -> PublicKey:
    """The key that a SubjectPublicKeyInfo (DER, no byte more) holds.

    It must be spelled as its specification says: an elliptic curve by name and never by its parameters, which could
    describe another curve; RSA as ``rsaEncryption``.

    Raises:
        SignatureFault: ``key.malformed``; ``key.unsupported`` for an algorithm or curve outside the table;
            ``key.weak`` for one outside its bounds.

    Spec: RFC 5280 section 4.1.2.7, https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7
    """
    if len(der) > SPKI_MAX:
        raise _malformed(f"{len(der)} bytes where a public key takes at most {SPKI_MAX}")
    if len(der) == 46 and der.startswith(_ED25519_WITH_NULL):
        return load_ed25519(der[-32:])
    try:
        handle = load_der_public_key(der)
    except UnsupportedAlgorithm:
        raise SignatureFault("key.unsupported", "a key of an algorithm or curve that is not read") from None
    except ValueError:
        raise _malformed("not a SubjectPublicKeyInfo in DER") from None
    key = _bounded(handle)
    if der != key.spki and der != _compressed(key):
        if _RSASSA_PSS in der[:32]:
            raise SignatureFault("key.unsupported", "an RSA key that is restricted to PSS")
        raise _malformed("not spelled as the specification of its algorithm says")
    return key


_RSASSA_PSS = bytes.fromhex("06092a864886f70d01010a")


def _compressed(key: PublicKey) -> bytes | None:
    """The other encoding in which a key is taken: with a compressed point (RFC 5480 section 2.2)."""
    if not isinstance(key.handle, ec.EllipticCurvePublicKey):
        return None
    point = key.handle.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    content = _CURVE_IDENTIFIERS[key.algorithm] + b"\x03" + bytes([len(point) + 1]) + b"\x00" + point
    return b"\x30" + bytes([len(content)]) + content


def load_pem(data: bytes) -> PublicKey:
    """The key that one PEM block ``PUBLIC KEY`` holds, with nothing but white space around it.

    Raises:
        FormatFault: ``pem.malformed``.
        SignatureFault: ``key.malformed`` for a private key or certificate and for a second block; what `load_spki`
            raises.

    Spec: RFC 7468 section 13, https://www.rfc-editor.org/rfc/rfc7468#section-13
    """
    if len(data) > 2 * SPKI_MAX:
        raise _malformed(f"{len(data)} bytes where a public key in PEM takes at most {2 * SPKI_MAX}")
    blocks = parse_pem(data)
    if [block.label for block in blocks] != ["PUBLIC KEY"]:
        labels = ", ".join(block.label for block in blocks)
        raise _malformed("not the one block of a public key", expected="PUBLIC KEY", actual=labels)
    return load_spki(blocks[0].content)


def load_ed25519(raw: bytes) -> PublicKey:
    """The key of 32 raw bytes, as signed notes and metadata carry it.

    Raises:
        SignatureFault: ``key.malformed`` for another length or a y-coordinate not below p; ``key.weak`` for a point
            of small order, under which signatures of others verify.

    Spec: RFC 8032 section 5.1.3; decision 0010.
    """
    if len(raw) != 32:
        raise _malformed(f"{len(raw)} bytes where an Ed25519 key takes 32")
    return _bounded(Ed25519PublicKey.from_public_bytes(raw))


def load_ml_dsa_44(raw: bytes) -> PublicKey:
    """The key of 1,312 raw bytes, as signed notes carry it.

    Raises:
        SignatureFault: ``key.malformed`` for another length; ``key.unsupported`` where OpenSSL is older than 3.5.

    Spec: FIPS 204 section 7.2 (pkDecode).
    """
    if len(raw) != 1312:
        raise _malformed(f"{len(raw)} bytes where an ML-DSA-44 key takes 1312")
    try:
        return _bounded(mldsa.MLDSA44PublicKey.from_public_bytes(raw))
    except UnsupportedAlgorithm:
        raise SignatureFault("key.unsupported", "ML-DSA is not in the OpenSSL at hand") from None


def _bounded(handle: object) -> PublicKey:
    if isinstance(handle, ec.EllipticCurvePublicKey) and handle.curve.name in _CURVES:
        return _key(_CURVES[handle.curve.name], handle)
    if isinstance(handle, Ed25519PublicKey):
        _check_ed25519(handle.public_bytes_raw())
        return _key("ed25519", handle)
    if isinstance(handle, rsa.RSAPublicKey):
        _check_rsa(handle)
        return _key("rsa", handle)
    if isinstance(handle, mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey):
        return _key(next(name for kind, name in _ML_DSA.items() if isinstance(handle, kind)), handle)
    raise SignatureFault("key.unsupported", "a key of an algorithm or curve that is not read")


def _key(algorithm: str, handle: Handle) -> PublicKey:
    spki = handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(algorithm, spki, Digest("sha256", hashlib.sha256(spki).hexdigest()), handle)


_P = (1 << 255) - 19
# The y-coordinates of the eight points whose order divides 8 (the torsion subgroup of edwards25519); the last two are
# those of order 8, y^2 = (-1 ± sqrt(1 + d)) / d. Each is the y of the point and of its negative, hence five for eight.
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})


def _check_ed25519(raw: bytes) -> None:
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if y % _P in _SMALL_ORDER:
        raise SignatureFault("key.weak", "an Ed25519 key of small order: signatures of others verify under it")
    if y >= _P:
        raise _malformed("an Ed25519 key in a second spelling: its y-coordinate is not below p")


def _check_rsa(handle: rsa.RSAPublicKey) -> None:
    exponent = handle.public_numbers().e
    if handle.key_size not in RSA_BITS:
        raise SignatureFault(
            "key.weak",
            f"an RSA key of {handle.key_size} bits",
            expected=f"{RSA_BITS[0]} to {RSA_BITS[-1]} bits",
            actual=str(handle.key_size),
        )
    if exponent not in RSA_EXPONENTS:
        raise SignatureFault("key.weak", "an RSA exponent out of bounds", expected="odd, 3 to 2^33 - 1")


def _malformed(detail: str, *, expected: str | None = None, actual: str | None = None) -> SignatureFault:
    return SignatureFault("key.malformed", detail, expected=expected, actual=actual)


def openssh_fingerprint(key: PublicKey) -> str | None:
    """``SHA256:`` and unpadded base64, as OpenSSH and npm name a key; None for a kind that OpenSSH does not have.

    Spec: RFC 4253 section 6.6, RFC 5656 section 3.1 (the blob that is hashed); ssh-keygen(1), -l
    """
    if isinstance(key.handle, _ML_DSA_KEYS):
        return None
    line = key.handle.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    digest = hashlib.sha256(b64decode(line.split()[1])).digest()
    return "SHA256:" + b64encode(digest).decode("ascii").rstrip("=")


_ML_DSA_KEYS = (mldsa.MLDSA44PublicKey, mldsa.MLDSA65PublicKey, mldsa.MLDSA87PublicKey)
