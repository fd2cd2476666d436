"""OpenSSH's signatures over files, under the key that the signature itself names and that a policy pins.

What is signed is made anew: magic, namespace, reserved, the hash's name, the file's digest. For which namespace a key
may speak is the policy's to say (`checks.signers`).

Spec: OpenSSH, PROTOCOL.sshsig; RFC 8332 (RSA), RFC 5656 section 3.1.2 (ECDSA), RFC 8709 (Ed25519)
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from attestations.bundles import SshSignature
from attestations.carriers.sshsig import MAGIC, read_strings
from attestations.digests import Digest, DigestSet

from ..faults import SignatureFault
from ..keys import PublicKey, load_spki
from ..signatures import named, verify
from .whole import covered

_SCHEMES: Mapping[str, str] = {
    "ssh-ed25519": "ed25519",
    "ecdsa-sha2-nistp256": "ecdsa-p256-sha256",
    "ecdsa-sha2-nistp384": "ecdsa-p384-sha384",
    "ecdsa-sha2-nistp521": "ecdsa-p521-sha512",
    "rsa-sha2-256": "rsa-pkcs1-sha256",
    "rsa-sha2-512": "rsa-pkcs1-sha512",
}
"""OpenSSH's algorithms, but for ``ssh-rsa``, which signs over SHA-1, and tokens' keys, which sign something else."""

_BLOB_MAX = 8192


def verify_ssh(content: SshSignature, key: PublicKey, signed: DigestSet) -> Digest:
    """As `verify_detached`."""
    if content.algorithm not in _SCHEMES:
        raise SignatureFault("signature.scheme_unsupported", f"OpenSSH's {content.algorithm[:80]!r} is not read here")
    if load_blob(content.public_key).fingerprint != key.fingerprint:
        raise SignatureFault("signature.unknown_key", "no pinned key is the one that this evidence was signed with")
    digest = covered(signed, content.hash)
    parts = (content.namespace.encode("ascii"), content.reserved, content.hash.encode("ascii"), digest.raw)
    message = MAGIC + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    verify(key, _value(content), message, scheme=named(_SCHEMES[content.algorithm]))
    return digest


def _value(content: SshSignature) -> bytes:
    """The signature as our schemes take it: ECDSA's two numbers in DER."""
    if not content.algorithm.startswith("ecdsa-"):
        return content.signature
    numbers = read_strings(content.signature)
    if numbers is None or len(numbers) != 2 or not all(map(_is_positive, numbers)):
        raise SignatureFault("signature.malformed", "not the two numbers of an ECDSA signature")
    return encode_dss_signature(*(int.from_bytes(number, "big") for number in numbers))


def _is_positive(number: bytes) -> bool:
    """A positive number in its one spelling. Spec: RFC 4251 section 5, mpint"""
    return 0 < len(number) <= 67 and number[0] < 0x80 and not (number[0] == 0 and (number[1:2] or b"\x00") < b"\x80")


_UNCOMPRESSED = b"\x04"


def load_blob(blob: bytes) -> PublicKey:
    """The key in OpenSSH's wire form.

    Raises:
        SignatureFault: ``key.malformed``, ``key.unsupported``, ``key.weak``.
    """
    strings = read_strings(blob[:_BLOB_MAX]) or (b"",)
    kind = strings[0]
    if len(blob) > _BLOB_MAX or not kind.isascii() or b" " in kind or not kind:
        raise SignatureFault("key.malformed", "not a public key of OpenSSH's")
    if kind.startswith((b"sk-", b"ssh-dss")) or b"cert-" in kind:
        raise SignatureFault("key.unsupported", f"an OpenSSH key of kind {kind.decode('ascii')[:80]!r} is not read")
    # The library breaks on a point in another form instead of refusing it.
    if kind.startswith(b"ecdsa-") and (len(strings) != 3 or strings[2][:1] != _UNCOMPRESSED):
        raise SignatureFault("key.malformed", "not a key on an elliptic curve as RFC 5656 section 3.1 writes it")
    try:
        handle = load_ssh_public_key(kind + b" " + b64encode(blob))
    except UnsupportedAlgorithm:
        raise SignatureFault("key.unsupported", "an OpenSSH key of a kind that is not read") from None
    except ValueError:
        raise SignatureFault("key.malformed", "not a public key of OpenSSH's") from None
    return load_spki(handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
