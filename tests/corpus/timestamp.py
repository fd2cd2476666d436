"""Family rfc3161-timestamp: a token over an artifact or a bundle's signature, against a trust root or a PEM chain."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from attestations.digests import Digest
from verifier.timestamps import verify_timestamp
from verifier.trust import UNBOUNDED, TimestampAuthority, TrustRoot, load_trust_root
from verifier.verdict import TrustReference

from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    token, message = _stamped(case)
    return attempt(lambda: verify_timestamp(token, message, _trust(case)))


def _stamped(case: Case) -> tuple[bytes, bytes]:
    if "timestamp" in case.files:
        return case.read("timestamp"), case.read("artifact")
    bundle = json.loads(case.read("bundle"))
    token = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"]
    signed = bundle.get("messageSignature") or {"signature": bundle["dsseEnvelope"]["signatures"][0]["sig"]}
    return b64decode(token), b64decode(signed["signature"])


def _trust(case: Case) -> TrustRoot:
    if "trusted_root" in case.files:
        return load_trust_root(case.read("trusted_root"), name="corpus", dated=None)
    data = case.read("tsa_chain")
    chain = tuple(each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(data))
    reference = TrustReference("corpus", Digest("sha256", hashlib.sha256(data).hexdigest()), None)
    return TrustRoot(reference, (), (TimestampAuthority("corpus", "corpus", chain, UNBOUNDED),), (), ())
