"""Keys in files: PKCS#8 in PEM, encrypted under a passphrase or readable by its owner alone.

    ecdsa-p256  ecdsa-p384  ecdsa-p521  ed25519  rsa  ml-dsa-44  ml-dsa-65  ml-dsa-87

Spec: RFC 5958 (PKCS#8), RFC 7468 sections 10 and 11 (its PEM), RFC 9881 (ML-DSA)
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from verifier.keys import PublicKey, load_spki
from verifier.signatures import Scheme, schemes_for

from ..faults import KeyFault
from ..files import LocalFiles
from ..paths import shown
from .pins import PinSource
from .signer import checked

LONGEST = 64 * 1024
"""Bytes of the longest file of a private key that is read."""

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | rsa.RSAPrivateKey
    | mldsa.MLDSA44PrivateKey
    | mldsa.MLDSA65PrivateKey
    | mldsa.MLDSA87PrivateKey
)

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A private key in this process' memory, out of a file."""

    public_key: PublicKey
    scheme: Scheme
    _sign: Callable[[bytes], bytes] = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        return checked(self._sign(message), message, self.public_key, self.scheme)


def open_file(path: str, pin: PinSource) -> FileSigner:
    """The private key in the file at `path`.

    Raises:
        InputFault: ``input.*``.
        KeyFault: ``signing.key_malformed``, ``signing.key_unsupported``; ``signing.key_exposed`` for one that is not
            encrypted and that others may read; ``signing.pin_missing``, ``signing.pin_wrong``.
    """
    files = LocalFiles()
    place = Place(shown(path))
    if files.size(path) > LONGEST:
        raise KeyFault("signing.key_malformed", f"more than the {LONGEST} bytes that a private key takes", place=place)
    content = files.read(path, "trust_root", DEFAULT_LIMITS)
    encrypted = _ENCRYPTED in content
    if not encrypted:
        _check_private(path, place)
    secret = pin.pin(f"Passphrase of {shown(path)}").encode("utf-8") if encrypted else None
    return file_signer(_load(content, secret, place), place)


_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_PLAIN = b"-----BEGIN PRIVATE KEY-----"


def _check_private(path: str, place: Place) -> None:
    """On systems whose files have modes: nobody but the owner may read a key that no passphrase protects."""
    mode = stat.S_IMODE(Path(path).stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        detail = "the key is not encrypted, and others than its owner may read it"
        raise KeyFault("signing.key_exposed", detail, place=place, expected="mode 0600", actual=f"mode {mode:04o}")


def _load(content: bytes, secret: bytes | None, place: Place) -> PrivateKey:
    if content.count(b"-----BEGIN ") != 1 or not (_ENCRYPTED in content or _PLAIN in content):
        raise KeyFault(
            "signing.key_malformed",
            "not one private key in PEM",
            place=place,
            expected="ENCRYPTED PRIVATE KEY or PRIVATE KEY (PKCS#8), and nothing else",
        )
    try:
        key = load_pem_private_key(content, secret)
    except UnsupportedAlgorithm:
        raise _unsupported(place) from None
    except (ValueError, TypeError):
        if secret is not None:
            raise KeyFault("signing.pin_wrong", "the passphrase does not open the key", place=place) from None
        raise KeyFault("signing.key_malformed", "not a private key in PKCS#8", place=place) from None
    if not isinstance(key, PrivateKey):
        raise _unsupported(place)
    return key


def file_signer(key: PrivateKey, place: Place) -> FileSigner:
    """A signer of a key in memory; `place` is said where it cannot be one.

    Raises:
        KeyFault: ``signing.key_unsupported``, for a key that no verifier of ours would take.
    """
    try:
        public = load_spki(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    except Fault as fault:
        raise KeyFault("signing.key_unsupported", fault.detail, place=place) from None
    scheme = schemes_for(public)[0]
    return FileSigner(public, scheme, _signing(key, scheme))


def _signing(key: PrivateKey, scheme: Scheme) -> Callable[[bytes], bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return partial(_ecdsa, key, _HASHES[scheme.hash or ""])
    if isinstance(key, rsa.RSAPrivateKey):
        return partial(_rsa, key, _HASHES[scheme.hash or ""])
    return key.sign


def _ecdsa(key: ec.EllipticCurvePrivateKey, hashing: hashes.HashAlgorithm, message: bytes) -> bytes:
    return key.sign(message, ec.ECDSA(hashing))


def _rsa(key: rsa.RSAPrivateKey, hashing: hashes.HashAlgorithm, message: bytes) -> bytes:
    return key.sign(message, padding.PKCS1v15(), hashing)


def _unsupported(place: Place) -> KeyFault:
    return KeyFault("signing.key_unsupported", "a private key of an algorithm that is not used", place=place)
