"""Entries of kind ``dsse``: the signatures of an envelope, the digest of its payload.

Spec: https://github.com/sigstore/rekor/blob/main/pkg/types/dsse/v0.0.1/dsse_v0_0_1_schema.json
"""

from __future__ import annotations

from ..limits import Limits
from ..strict_json import Node
from .bodies import DsseEntry, RecordedSignature, read_hash, read_pem


def read_dsse_v1(spec: Node, limits: Limits) -> DsseEntry:
    """Version 0.0.1 (Rekor v1)."""
    signatures = spec.field("signatures")
    limits.check("signatures", len(signatures.array()), signatures.place)
    return DsseEntry(
        payload_digest=read_hash(spec.field("payloadHash")),
        envelope_digest=read_hash(spec.field("envelopeHash")),
        signatures=tuple(
            RecordedSignature(item.field("signature").base64(), read_pem(item.field("verifier")))
            for item in signatures.items()
        ),
    )
