"""Entries of kind ``intoto``: an envelope in Rekor v1's older forms.

0.0.2 encodes a signature twice: the base64 text of the envelope is base64-encoded again.

Spec: 0.0.1, https://github.com/sigstore/rekor/blob/main/pkg/types/intoto/v0.0.1/intoto_v0_0_1_schema.json;
0.0.2, https://github.com/sigstore/rekor/blob/main/pkg/types/intoto/v0.0.2/intoto_v0_0_2_schema.json
"""

from __future__ import annotations

from ..digests import Digest
from ..limits import Limits
from ..strict_json import Node
from .bodies import IntotoEntry, RecordedSignature, read_hash, read_pem


def read_intoto_v1(spec: Node, _limits: Limits) -> IntotoEntry:
    """Version 0.0.1: a verifier and digests, no signature."""
    content = spec.field("content")
    return IntotoEntry(
        payload_digest=_digest(content, "payloadHash"),
        envelope_digest=_digest(content, "hash"),
        payload_type="",
        signatures=(),
        verifier=read_pem(spec.field("publicKey")),
    )


def read_intoto_v2(spec: Node, limits: Limits) -> IntotoEntry:
    """Version 0.0.2: signatures, each with its verifier."""
    content = spec.field("content")
    envelope = content.field("envelope")
    signatures = envelope.field("signatures")
    limits.check("signatures", len(signatures.array()), signatures.place)
    return IntotoEntry(
        payload_digest=_digest(content, "payloadHash"),
        envelope_digest=_digest(content, "hash"),
        payload_type=envelope.field("payloadType").text(),
        signatures=tuple(
            RecordedSignature(_twice_encoded(item.field("sig")), read_pem(item.field("publicKey")))
            for item in signatures.items()
        ),
        verifier=None,
    )


def _digest(content: Node, name: str) -> Digest | None:
    node = content.given(name)
    return read_hash(node) if node is not None else None


def _twice_encoded(node: Node) -> bytes:
    try:
        inner = node.base64().decode("ascii")
    except UnicodeDecodeError:
        raise node.fault("base64.malformed", "not base64 of base64") from None
    return Node(inner, node.source, node.pointer).base64(either_alphabet=True)
