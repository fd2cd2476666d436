"""RSA with PSS padding: MGF1 over the same hash, the salt as long as the digest.

SHA-224 is explicit: metadata that names it can be checked, and no key falls back to it.

Spec: RFC 8017 section 8.1.2, https://www.rfc-editor.org/rfc/rfc8017#section-8.1.2
"""

from __future__ import annotations

from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from ..keys import PublicKey
from .schemes import Scheme, malformed


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


def _scheme(name: str, hashing: hashes.HashAlgorithm, *, explicit: bool = False) -> Scheme:
    padded = padding.PSS(mgf=padding.MGF1(hashing), salt_length=hashing.digest_size)
    return Scheme(
        f"rsa-pss-{name}",
        ("rsa",),
        name,
        partial(_verify, padded, hashing),
        partial(_verify, padded, Prehashed(hashing)),
        explicit=explicit,
    )


SCHEMES = (
    _scheme("sha256", hashes.SHA256()),
    _scheme("sha384", hashes.SHA384()),
    _scheme("sha512", hashes.SHA512()),
    _scheme("sha224", hashes.SHA224(), explicit=True),
)
