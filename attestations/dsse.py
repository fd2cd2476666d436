"""DSSE: the bytes that a signature covers, and the envelope around them.

    {"payload": "<base64>", "payloadType": "<media type>", "signatures": [{"keyid": "<hint>", "sig": "<base64>"}]}

Either base64 alphabet is read, padded and in one spelling. Members that this file does not name are ignored, as the
specification asks. What the payload type means is for the verifier to say: here it is text that the signature covers.

Spec: DSSE v1.0.2, protocol and envelope, https://github.com/secure-systems-lab/dsse
"""

from __future__ import annotations

from .bundles import Envelope, EnvelopeSignature
from .limits import Limits
from .strict_json import Node


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: the exact bytes that an envelope's signatures cover.

    Both lengths count bytes, the type's after encoding as UTF-8.
    Spec: DSSE v1.0.2 protocol, "Signature Definition".
    """
    encoded_type = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(encoded_type), encoded_type, len(payload), payload)


def parse_envelope(node: Node, limits: Limits) -> Envelope:
    """Read an envelope with at least one signature, none of them empty.

    Raises:
        FormatFault: ``envelope.unsigned``, ``json.*``, ``base64.malformed``.
        LimitFault: ``limit.signatures``, before any signature is read.
    """
    signatures = node.field("signatures")
    limits.check("signatures", len(signatures.array()), signatures.place)
    if not signatures.array():
        raise signatures.fault("envelope.unsigned", "an envelope without a signature")
    return Envelope(
        payload=node.field("payload").base64(either_alphabet=True),
        payload_type=node.field("payloadType").text(),
        signatures=tuple(_signature(item) for item in signatures.items()),
    )


def _signature(node: Node) -> EnvelopeSignature:
    value = node.field("sig")
    signature = value.base64(either_alphabet=True)
    if not signature:
        raise value.fault("envelope.unsigned", "an empty signature")
    keyid = node.given("keyid")
    return EnvelopeSignature(signature, keyid.text() if keyid is not None else "")
