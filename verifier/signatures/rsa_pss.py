"""RSA with PSS padding: MGF1 over the same hash, the salt as long as the digest.

Explicit: SHA-224, so that metadata which names it can be checked, and salts of any length, which the ``rsassa-pss-*``
schemes of in-toto and TUF keys allow (their older signers took the longest salt that fits). No key falls back to these.

Spec: RFC 8017 section 8.1.2, https://www.rfc-editor.org/rfc/rfc8017#section-8.1.2
"""

from __future__ import annotations

from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from ..keys import PublicKey
from .schemes import Scheme, malformed

_HASHES: tuple[tuple[str, hashes.HashAlgorithm], ...] = (
    ("sha256", hashes.SHA256()),
    ("sha384", hashes.SHA384()),
    ("sha512", hashes.SHA512()),
    ("sha224", hashes.SHA224()),
)


def _verify(
    padded: padding.PSS,
    algorithm: hashes.HashAlgorithm | Prehashed,
    key: PublicKey,
    signature: bytes,
    signed: bytes,
) -> None:
    assert isinstance(key.handle, rsa.RSAPublicKey)
    width = (key.handle.key_size + 7) // 8
    if len(signature) != width:
        raise malformed(f"{len(signature)} bytes where a signature by this key takes {width}")
    key.handle.verify(signature, signed, padded, algorithm)


def _scheme(name: str, hashing: hashes.HashAlgorithm, *, any_salt: bool) -> Scheme:
    padded = padding.PSS(mgf=padding.MGF1(hashing), salt_length=padding.PSS.AUTO if any_salt else hashing.digest_size)
    return Scheme(
        f"rsa-pss-{name}{'-any-salt' if any_salt else ''}",
        ("rsa",),
        name,
        partial(_verify, padded, hashing),
        partial(_verify, padded, Prehashed(hashing)),
        explicit=any_salt or name == "sha224",
    )


SCHEMES = tuple(_scheme(name, hashing, any_salt=any_salt) for any_salt in (False, True) for name, hashing in _HASHES)
