"""DSSE envelopes of our own making."""

from __future__ import annotations

import json
from base64 import b64encode

from attestations.dsse import pae

from .signer import Signer


def sign_envelope(payload_type: str, payload: bytes, signer: Signer) -> bytes:
    """An envelope around `payload` with one signature, as JSON; its ``keyid`` is the key's fingerprint, a hint only.

    Raises:
        KeyFault: ``signing.failed``.

    Spec: DSSE v1.0.2, protocol and envelope, https://github.com/secure-systems-lab/dsse
    """
    signature = signer.sign(pae(payload_type, payload))
    envelope = {
        "payload": b64encode(payload).decode("ascii"),
        "payloadType": payload_type,
        "signatures": [
            {"keyid": signer.public_key.fingerprint.hex, "sig": b64encode(signature).decode("ascii")},
        ],
    }
    return json.dumps(envelope, separators=(",", ":")).encode("ascii")
