"""The `sigstore` library's opinion of a bundle under a certificate.

It answers for an identity and an issuer under a trust root, and reads bundles alone, of certificates on P-256: under
any other key it calls every signature wrong, or breaks. Its `VerificationError` and its
refusals to parse are one answer, *refuses*; whatever else it raises is a crash.
"""

from __future__ import annotations

import functools
import json
from importlib.metadata import version
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from sigstore.errors import Error
from sigstore.hashes import Hashed
from sigstore.models import Bundle, InvalidBundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity, UnsafeNoOp, VerificationPolicy
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.trustroot import v1 as trust_roots

from .questions import Answer, Asked

ENGINE = "sigstore"
VERSION = version("sigstore")


def answer(asked: Asked, document: Any) -> Answer:
    """Authentic under one of the roots, or why not under the last."""
    try:
        bundle = Bundle.from_json(json.dumps(document))
    except InvalidBundle as error:
        return _said("refuses", error)
    key = bundle.signing_certificate.public_key()
    if not (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)):
        return Answer(ENGINE, VERSION, "cannot_read", "a certificate whose key is not on P-256")
    last: Exception | None = None
    for root in asked.roots:
        try:
            _verify(asked, bundle, _verifier(root))
        except (Error, ValueError) as error:
            last = error
        else:
            return Answer(ENGINE, VERSION, "accepts")
    return _said("refuses", last) if last is not None else Answer(ENGINE, VERSION, "cannot_read", "no trust root")


@functools.lru_cache(maxsize=8)
def _verifier(root: bytes) -> Verifier:
    """Who verifies under a root: reading one takes longer than a signature."""
    return Verifier(trusted_root=TrustedRoot(trust_roots.TrustedRoot.from_json(root)))


def _verify(asked: Asked, bundle: Bundle, verifier: Verifier) -> None:
    policy: VerificationPolicy = UnsafeNoOp()
    if asked.identity is not None:
        policy = Identity(identity=asked.identity, issuer=asked.issuer or None)
    if "dsseEnvelope" in json.loads(bundle.to_json()):
        verifier.verify_dsse(bundle, policy)
    else:
        digest = bytes.fromhex(asked.covered["sha256"])
        verifier.verify_artifact(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest), bundle, policy)


def _said(what: str, error: Exception) -> Answer:
    return Answer(ENGINE, VERSION, what, f"{type(error).__name__}: {error}")
