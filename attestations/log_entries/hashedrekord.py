"""Entries of kind ``hashedrekord``: one signature over a digest.

Spec: 0.0.1, https://github.com/sigstore/rekor/blob/main/pkg/types/hashedrekord/v0.0.1/hashedrekord_v0_0_1_schema.json;
0.0.2, https://github.com/sigstore/rekor-tiles/blob/main/api/proto/rekor/v2/hashedrekord.proto
"""

from __future__ import annotations

from ..limits import Limits
from ..strict_json import Node
from .bodies import HashedRekordEntry, read_hash, read_hash_output, read_pem, read_verifier


def read_hashedrekord_v1(spec: Node, _limits: Limits) -> HashedRekordEntry:
    """Version 0.0.1 (Rekor v1)."""
    signature = spec.field("signature")
    return HashedRekordEntry(
        digest=read_hash(spec.field("data").field("hash")),
        signature=signature.field("content").base64(),
        verifier=read_pem(signature.field("publicKey").field("content")),
    )


def read_hashedrekord_v2(spec: Node, _limits: Limits) -> HashedRekordEntry:
    """Version 0.0.2 (Rekor v2), which also records envelopes: `digest` is then that of the PAE."""
    record = spec.field("hashedRekordV002")
    signature = record.field("signature")
    verifier = signature.field("verifier")
    return HashedRekordEntry(
        digest=read_hash_output(record.field("data")),
        signature=signature.field("content").base64(),
        verifier=read_verifier(verifier),
        key_details=verifier.field("keyDetails").text(),
    )
