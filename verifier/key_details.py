"""Sigstore's names for how a public key is encoded and what it signs with: one row a name.

Spec: sigstore/protobuf-specs, protos/sigstore_common.proto, PublicKeyDetails; sigstore algorithm registry,
https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .faults import TrustFault


class KeyDetails(Struct, frozen=True):
    """How a key signs and is encoded.

    `scheme` is the name in `verifier.signatures`; a `pkcs1` key is a bare RSAPublicKey, any other a
    SubjectPublicKeyInfo.
    """

    scheme: str
    pkcs1: bool = False


# HMAC in PKIX_ECDSA_P256_HMAC_SHA_256 says how the signer derives its nonce (RFC 6979): the signature is the same kind.
# LMS and LM-OTS are not read, nor is PKIX_ED25519_PH: no log is known to sign with them.
KEY_DETAILS: Mapping[str, KeyDetails] = {
    "PKCS1_RSA_PKCS1V5": KeyDetails("rsa-pkcs1-sha256", pkcs1=True),
    "PKCS1_RSA_PSS": KeyDetails("rsa-pss-sha256", pkcs1=True),
    "PKIX_RSA_PKCS1V5": KeyDetails("rsa-pkcs1-sha256"),
    "PKIX_RSA_PSS": KeyDetails("rsa-pss-sha256"),
    "PKIX_RSA_PKCS1V15_2048_SHA256": KeyDetails("rsa-pkcs1-sha256"),
    "PKIX_RSA_PKCS1V15_3072_SHA256": KeyDetails("rsa-pkcs1-sha256"),
    "PKIX_RSA_PKCS1V15_4096_SHA256": KeyDetails("rsa-pkcs1-sha256"),
    "PKIX_RSA_PSS_2048_SHA256": KeyDetails("rsa-pss-sha256"),
    "PKIX_RSA_PSS_3072_SHA256": KeyDetails("rsa-pss-sha256"),
    "PKIX_RSA_PSS_4096_SHA256": KeyDetails("rsa-pss-sha256"),
    "PKIX_ECDSA_P256_HMAC_SHA_256": KeyDetails("ecdsa-p256-sha256"),
    "PKIX_ECDSA_P256_SHA_256": KeyDetails("ecdsa-p256-sha256"),
    "PKIX_ECDSA_P384_SHA_384": KeyDetails("ecdsa-p384-sha384"),
    "PKIX_ECDSA_P384_SHA_256": KeyDetails("ecdsa-p384-sha256"),
    "PKIX_ECDSA_P521_SHA_512": KeyDetails("ecdsa-p521-sha512"),
    "PKIX_ECDSA_P521_SHA_256": KeyDetails("ecdsa-p521-sha256"),
    "PKIX_ED25519": KeyDetails("ed25519"),
    "ML_DSA_44": KeyDetails("ml-dsa-44"),
    "ML_DSA_65": KeyDetails("ml-dsa-65"),
    "ML_DSA_87": KeyDetails("ml-dsa-87"),
}

_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
"""AlgorithmIdentifier of rsaEncryption with its NULL, RFC 3279 section 2.3.1."""


def details_of(name: str, owner: str) -> KeyDetails:
    """The row called `name`; `owner` is whose key it is, for the fault.

    Raises:
        TrustFault: ``trust.key_unsupported``.
    """
    details = KEY_DETAILS.get(name)
    if details is None:
        raise TrustFault("trust.key_unsupported", f"the key of {owner} is of a kind that is not read", actual=name[:80])
    return details


def spki(details: KeyDetails, key: bytes) -> bytes:
    """`key` as a SubjectPublicKeyInfo in DER; whether it is one is for who parses it to say."""
    if not details.pkcs1:
        return key
    bits = b"\x00" + key
    return _sequence(_RSA_ENCRYPTION + b"\x03" + _length(len(bits)) + bits)


def _sequence(content: bytes) -> bytes:
    return b"\x30" + _length(len(content)) + content


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits
