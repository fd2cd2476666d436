"""The same keys, messages and signatures before `openssl` and `securesystemslib`: they sign, and we judge alike."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey

from attestations.faults import Fault
from fixtures.world.keys import ec_key, ed25519_key, rsa_key
from verifier.keys import PublicKey, load_spki
from verifier.signatures import named, verify

OPENSSL = shutil.which("openssl")
MESSAGE = b"what both are asked about\n"

_SALT = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
COMMANDS = {
    "ecdsa-p256-sha256": ["dgst", "-sha256"],
    "ecdsa-p384-sha384": ["dgst", "-sha384"],
    "ecdsa-p384-sha256": ["dgst", "-sha256"],
    "ecdsa-p521-sha512": ["dgst", "-sha512"],
    "rsa-pkcs1-sha256": ["dgst", "-sha256"],
    "rsa-pkcs1-sha512": ["dgst", "-sha512"],
    "rsa-pkcs1-sha224": ["dgst", "-sha224"],
    "rsa-pss-sha256": ["dgst", "-sha256", *_SALT],
    "rsa-pss-sha384": ["dgst", "-sha384", *_SALT],
    "rsa-pss-sha512": ["dgst", "-sha512", *_SALT],
}
"""How `openssl` signs and verifies what we call by that name. Ed25519 goes by `pkeyutl`, below."""


PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def private_key(scheme: str) -> PrivateKey:
    family, *rest = scheme.split("-")
    if family == "ecdsa":
        return ec_key("differential", rest[0]).private
    return rsa_key("signer").numbers.private if family == "rsa" else ed25519_key("differential").private


def private_pem(scheme: str) -> bytes:
    return private_key(scheme).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def openssl(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    assert OPENSSL
    return subprocess.run([OPENSSL, *arguments], input=stdin, capture_output=True, check=False)


def changed(signature: bytes) -> Iterator[bytes]:
    """The signature with a bit changed here and there, a byte more, a byte less, and none at all."""
    for at in {0, 1, 3, len(signature) // 2, len(signature) - 1}:
        yield signature[:at] + bytes([signature[at] ^ 4]) + signature[at + 1 :]
    yield signature + b"\0"
    yield signature[:-1]
    yield bytes(len(signature))


def we_accept(key: PublicKey, scheme: str, signature: bytes) -> bool:
    try:
        verify(key, signature, MESSAGE, scheme=named(scheme))
    except Fault:
        return False
    return True


@pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")
@pytest.mark.parametrize("scheme", COMMANDS)
def test_openssl_signs_and_judges_as_we_do(scheme: str, tmp_path: Path) -> None:
    private, public, message, given = (tmp_path / name for name in ("key", "public", "message", "signature"))
    private.write_bytes(private_pem(scheme))
    message.write_bytes(MESSAGE)
    public.write_bytes(openssl("pkey", "-in", private, "-pubout").stdout)
    key = load_spki(openssl("pkey", "-in", private, "-pubout", "-outform", "DER").stdout)
    signature = openssl(*COMMANDS[scheme], "-sign", private, message).stdout
    assert we_accept(key, scheme, signature)
    for other in (signature, *changed(signature)):
        if len(other) > len(signature):
            continue  # the command reads no more bytes of a file than a signature has: it never sees what follows
        given.write_bytes(other)
        theirs = openssl(*COMMANDS[scheme], "-verify", public, "-signature", given, message).returncode == 0
        assert we_accept(key, scheme, other) is theirs is (other == signature)


@pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")
def test_openssl_signs_ed25519_as_we_verify_it(tmp_path: Path) -> None:
    private, message = tmp_path / "key", tmp_path / "message"
    private.write_bytes(private_pem("ed25519"))
    message.write_bytes(MESSAGE)
    key = load_spki(openssl("pkey", "-in", private, "-pubout", "-outform", "DER").stdout)
    signature = openssl("pkeyutl", "-sign", "-inkey", private, "-rawin", "-in", message).stdout
    assert we_accept(key, "ed25519", signature)
    assert not any(we_accept(key, "ed25519", other) for other in changed(signature))


SECURESYSTEMSLIB = {
    "ecdsa-p256-sha256": "ecdsa-sha2-nistp256",
    "ecdsa-p384-sha384": "ecdsa-sha2-nistp384",
    "ecdsa-p521-sha512": "ecdsa-sha2-nistp521",
    "ed25519": "ed25519",
    "rsa-pkcs1-sha256": "rsa-pkcs1v15-sha256",
    "rsa-pkcs1-sha512": "rsa-pkcs1v15-sha512",
    "rsa-pss-sha256": "rsassa-pss-sha256",
    "rsa-pss-sha512": "rsassa-pss-sha512",
}


@pytest.mark.parametrize("scheme", SECURESYSTEMSLIB)
def test_securesystemslib_signs_and_judges_as_we_do(scheme: str) -> None:
    private = private_key(scheme)
    their_key = SSlibKey.from_crypto(private.public_key(), scheme=SECURESYSTEMSLIB[scheme])
    signature = bytes.fromhex(CryptoSigner(private, their_key).sign(MESSAGE).signature)
    key = load_spki(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    for other in (signature, *changed(signature)):
        assert we_accept(key, scheme, other) is they_accept(their_key, other) is (other == signature)


def they_accept(key: SSlibKey, signature: bytes) -> bool:
    try:
        key.verify_signature(Signature(key.keyid, signature.hex()), MESSAGE)
    except UnverifiedSignatureError:
        return False
    return True
