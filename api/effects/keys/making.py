"""New keys: made here, written once, readable by their owner alone.

The private key is PKCS#8 in PEM, encrypted under a passphrase; the public key stands beside it, for the world.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec import Struct

from attestations.faults import Place
from verifier.keys import PublicKey

from ..faults import OutputFault
from ..paths import as_path, shown
from ..writing import unwritable
from .encryption import encrypted
from .files import PrivateKey, file_signer

ALGORITHMS: Mapping[str, Callable[[], PrivateKey]] = {
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
    "ml-dsa-44": mldsa.MLDSA44PrivateKey.generate,
    "ml-dsa-65": mldsa.MLDSA65PrivateKey.generate,
    "ml-dsa-87": mldsa.MLDSA87PrivateKey.generate,
}
"""What a new key can be, its default first: every verifier reads ECDSA over P-256."""


class NewKey(Struct, frozen=True):
    """A pair in PEM: `private` encrypted, `public` as SubjectPublicKeyInfo; and the public key as a value."""

    private: bytes
    public: bytes
    key: PublicKey


def make_key(algorithm: str, passphrase: str) -> NewKey:
    """A new key of one of `ALGORITHMS`, encrypted under `passphrase`."""
    private = ALGORITHMS[algorithm]()
    return NewKey(
        private=_pem(encrypted(_plain(private), passphrase.encode("utf-8"))),
        public=private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key=file_signer(private, Place()).public_key,
    )


def _plain(private: PrivateKey) -> bytes:
    return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _pem(content: bytes) -> bytes:
    """Spec: RFC 7468 section 11."""
    text = b64encode(content)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN ENCRYPTED PRIVATE KEY-----", *lines, b"-----END ENCRYPTED PRIVATE KEY-----", b""])


def check_absent(path: str) -> None:
    """Refuse a path at which something stands, be it a link that leads nowhere.

    Raises:
        OutputFault: ``output.exists``, ``output.unwritable``.
    """
    with unwritable(path):
        if os.path.lexists(as_path(path)):
            raise _exists(path)


def write_new(path: str, content: bytes, mode: int) -> None:
    """Make a new file of `content` at `path`, with `mode` from its first moment. Nothing is ever written over.

    Raises:
        OutputFault: ``output.exists``, ``output.unwritable``.
    """
    with unwritable(path):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            descriptor = os.open(as_path(path), flags, mode)
        except FileExistsError:
            raise _exists(path) from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise


def _exists(path: str) -> OutputFault:
    return OutputFault("output.exists", "something stands there already, and is left alone", place=Place(shown(path)))
