"""Signatures: one file a family, one visible tuple, two questions: does it hold over these bytes, over this digest.

    from .signatures import schemes_for, verify

    verify(key, signature, message, scheme=None)        # any scheme that the key allows
    verify(key, signature, message, scheme=named("rsa-pss-sha256"))

A check returns the scheme that held, and raises where none did; there is no boolean to forget.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature

from attestations.digests import Digest

from ..faults import SignatureFault
from ..keys import PublicKey
from . import ecdsa, ed25519, ml_dsa, rsa_pkcs1, rsa_pss
from .schemes import Check, Scheme

__all__ = ["SCHEMES", "Scheme", "named", "schemes_for", "verify", "verify_digest"]

SCHEMES: tuple[Scheme, ...] = (
    *ecdsa.SCHEMES,
    *ed25519.SCHEMES,
    *rsa_pkcs1.SCHEMES,
    *rsa_pss.SCHEMES,
    *ml_dsa.SCHEMES,
)


def schemes_for(key: PublicKey, *, raw: bool = False) -> tuple[Scheme, ...]:
    """The schemes that a key may sign with where nothing names one, its default first.

    A P-384 or P-521 key has two: its curve's own hash, which Sigstore's algorithm registry prescribes, and SHA-256,
    with which cosign signed under every ECDSA key. An RSA key has PKCS #1 v1.5 before PSS for the same reason. To try
    them in turn weakens nothing: each hash is collision-resistant, and each scheme binds the message whole.

    `raw` gives the variants whose signatures are ``r ‖ s`` instead of DER where the key has such, for carriers that are
    known to hold them.
    """
    own = tuple(scheme for scheme in SCHEMES if key.algorithm in scheme.keys)
    if raw and key.algorithm.startswith("ecdsa-"):
        return tuple(scheme for scheme in own if scheme.name.endswith("-raw"))
    return tuple(scheme for scheme in own if not scheme.explicit)


def named(name: str) -> Scheme:
    """The scheme called `name`, explicit ones among them.

    Raises:
        SignatureFault: ``signature.scheme_unsupported``.
    """
    for scheme in SCHEMES:
        if scheme.name == name:
            return scheme
    raise SignatureFault("signature.scheme_unsupported", f"signature scheme {name[:80]!r} is not read")


def verify(key: PublicKey, signature: bytes, message: bytes, *, scheme: Scheme | None) -> Scheme:
    """Prove that the owner of `key` signed `message`, and return the scheme that proved it.

    `scheme` None tries `schemes_for` the key in turn; the fault is then the default scheme's.

    Raises:
        SignatureFault: ``signature.invalid``, ``signature.malformed``; ``signature.scheme_unsupported`` where `scheme`
            is not one for this key.
    """
    fault: SignatureFault | None = None
    for candidate in _candidates(key, scheme):
        try:
            _check(candidate.message, key, signature, message)
        except SignatureFault as refusal:
            fault = fault or refusal
        else:
            return candidate
    assert fault is not None
    raise fault


def verify_digest(key: PublicKey, signature: bytes, digest: Digest, *, scheme: Scheme | None) -> Scheme:
    """Prove that the owner of `key` signed a message whose digest is `digest`, and return the scheme that proved it.

    The digest must be one that somebody computed over the bytes, and its algorithm that of the scheme.

    Raises:
        SignatureFault: as `verify`; ``signature.needs_bytes`` where the key's schemes want the message itself;
            ``signature.scheme_unsupported`` where none of them goes with this digest's algorithm.
    """
    fault: SignatureFault | None = None
    for candidate in _candidates(key, scheme):
        if candidate.digest is None:
            raise SignatureFault("signature.needs_bytes", f"{candidate.name} signs the bytes themselves, not a digest")
        if candidate.hash != digest.algorithm:
            continue
        try:
            _check(candidate.digest, key, signature, digest.raw)
        except SignatureFault as refusal:
            fault = fault or refusal
        else:
            return candidate
    if fault is None:
        raise _unsupported(key, f"goes with a {digest.algorithm} digest")
    raise fault


def _candidates(key: PublicKey, scheme: Scheme | None) -> tuple[Scheme, ...]:
    if scheme is None:
        return schemes_for(key)
    if key.algorithm not in scheme.keys:
        raise _unsupported(key, f"is {scheme.name}")
    return (scheme,)


def _check(check: Check, key: PublicKey, signature: bytes, signed: bytes) -> None:
    try:
        check(key, signature, signed)
    except InvalidSignature:
        raise SignatureFault("signature.invalid", f"the signature does not verify under {key.fingerprint}") from None


def _unsupported(key: PublicKey, what: str) -> SignatureFault:
    return SignatureFault("signature.scheme_unsupported", f"no scheme of an {key.algorithm} key {what}")
