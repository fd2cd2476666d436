"""The `securesystemslib` library's opinion of an envelope under a key.

It takes signatures only whose key id is the key's own, which DSSE does not ask for: so each signature is asked about
with a key that goes by that signature's id. ML-DSA it signs in a form of its own, and is not asked.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # not in its __all__, and documented

from .questions import Answer, Asked

ENGINE = "securesystemslib"
VERSION = version("securesystemslib")


def answer(asked: Asked, document: Any) -> Answer:
    """Whether one of the envelope's signatures is by the key."""
    key = load_der_public_key(asked.key or b"")
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey):
        return Answer(ENGINE, VERSION, "cannot_read", "a key of an algorithm that it does not verify")
    once = {each["sig"]: _named(each) for each in document["signatures"]}
    envelope = Envelope.from_dict({**document, "signatures": list(once.values())})
    said = "no signature"
    for scheme in _schemes(key):
        for signature in envelope.signatures.values():
            try:
                envelope.verify([SSlibKey.from_crypto(key, keyid=signature.keyid, scheme=scheme)], 1)
            except VerificationError as error:
                said = f"{type(error).__name__}: {error}"
            else:
                return Answer(ENGINE, VERSION, "accepts")
    return Answer(ENGINE, VERSION, "refuses", said)


def _named(signature: dict[str, Any]) -> dict[str, Any]:
    """The signature under an id of its own: ids are hints, and one may stand twice."""
    return {**signature, "keyid": signature["sig"]}


def _schemes(key: object) -> tuple[str | None, ...]:
    """RSA keys sign in one of two ways, and an envelope does not say which."""
    if isinstance(key, rsa.RSAPublicKey):
        return ("rsa-pkcs1v15-sha256", "rsassa-pss-sha256")
    return (None,)
