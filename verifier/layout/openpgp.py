"""Signatures out of OpenPGP over in-toto's metadata: the packet's hashed part stands in the metadata, the rest is RSA.

    covered = canonical bytes ‖ headers ‖ 04 ff ‖ length of headers (4 bytes)
    headers = 04 (version) ‖ 00 (over bytes) ‖ 01 (RSA) ‖ hash ‖ length (2 bytes) ‖ subpackets

No packet is parsed beyond that and no key ring is asked: the layout, whose owner signed it, gives the key's numbers.

Spec: RFC 4880 section 5.2.4, https://www.rfc-editor.org/rfc/rfc4880#section-5.2.4
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa

from attestations.bundles import MetablockSignature

from ..faults import SignatureFault
from ..keys import PublicKey
from ..signatures import named, verify

_HASHES = {8: "sha256", 9: "sha384", 10: "sha512"}
"""RFC 4880 section 9.4. SHA-1 and older ones sign nothing here."""


def verify_openpgp(key: PublicKey, signature: MetablockSignature, message: bytes) -> None:
    """Prove that `key` (RSA) made the OpenPGP `signature` over `message`.

    Raises:
        SignatureFault: ``signature.malformed``, ``signature.scheme_unsupported``, ``signature.invalid``.
    """
    headers = signature.headers
    if len(headers) < 6 or headers[0] != 4 or int.from_bytes(headers[4:6], "big") != len(headers) - 6:
        raise SignatureFault("signature.malformed", "not the hashed part of an OpenPGP signature, version 4")
    kind, algorithm, hashing = headers[1], headers[2], _HASHES.get(headers[3])
    if kind != 0 or algorithm != 1 or hashing is None or key.algorithm != "rsa":
        raise SignatureFault("signature.scheme_unsupported", "not an RSA signature over bytes with SHA-2")
    # A number is written without its leading zeros; a signature is as wide as its modulus.
    assert isinstance(key.handle, rsa.RSAPublicKey)
    width = (key.handle.key_size + 7) // 8
    covered = message + headers + b"\x04\xff" + len(headers).to_bytes(4, "big")
    verify(key, signature.value.rjust(width, b"\0"), covered, scheme=named(f"rsa-pkcs1-{hashing}"))
