"""A private key under a passphrase: PKCS#8, PBES2 with PBKDF2 and AES-256-CBC, which every tool opens.

The libraries at hand write 2,048 iterations, as OpenSSL did when that took a moment. Whoever steals a file tries
passphrases at the rate that its iterations leave, so ours has 600,000.

Spec: RFC 5958 section 3, RFC 8018 sections 5.2 and 6.2 and appendix A
"""

from __future__ import annotations

import os

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

ITERATIONS = 600_000
"""What OWASP recommends for PBKDF2 with HMAC-SHA-256: some tenths of a second for whoever knows the passphrase."""

_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("300c06082a864886f70d02090500")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")

_SEQUENCE, _OCTETS, _INTEGER = 0x30, 0x04, 0x02


def encrypted(private: bytes, passphrase: bytes) -> bytes:
    """The EncryptedPrivateKeyInfo (DER) of a PrivateKeyInfo (DER)."""
    salt, start = os.urandom(16), os.urandom(16)
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, ITERATIONS).derive(passphrase)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    content = encryptor.update(padder.update(private) + padder.finalize()) + encryptor.finalize()
    iterations = _der(_INTEGER, ITERATIONS.to_bytes(ITERATIONS.bit_length() // 8 + 1, "big"))
    derivation = _der(_SEQUENCE, _PBKDF2, _der(_SEQUENCE, _der(_OCTETS, salt), iterations, _HMAC_SHA256))
    cipher = _der(_SEQUENCE, _AES_256_CBC, _der(_OCTETS, start))
    algorithm = _der(_SEQUENCE, _PBES2, _der(_SEQUENCE, derivation, cipher))
    return _der(_SEQUENCE, algorithm, _der(_OCTETS, content))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content
