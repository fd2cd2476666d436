"""cosign's legacy ``sign-blob --bundle`` files: a signature over a blob, its certificate or key, a log's promise.

    {"base64Signature": …, "cert": "<base64 of PEM>", "rekorBundle": {"SignedEntryTimestamp": …, "Payload": {…}}}

Spec: sigstore/cosign, specs/SIGNATURE_SPEC.md and pkg/cosign/fetch.go (LocalSignedPayload).
"""

from __future__ import annotations

from typing import Any

from ..bundles import Bundle, CertificateMaterial, Material, MessageSignature, PublicKeyMaterial
from ..log_entries.carried import read_cosign_entry
from ..pem import parse_pem
from ..strict_json import Node
from .carrier import Carrier, Reading, whole


def recognises(document: dict[str, Any]) -> bool:
    """Whether the signature has its legacy name."""
    return "base64Signature" in document


def read_cosign_blob(node: Node, reading: Reading) -> Bundle:
    """Read one file. `cert` may be PEM or the base64 of PEM, and a public key where a key signed.

    Raises:
        FormatFault: ``bundle.content``, ``bundle.material``, ``json.*``, ``base64.malformed``, ``pem.malformed``.
    """
    signature = node.field("base64Signature")
    value = signature.base64()
    if not value:
        raise signature.fault("bundle.content", "an empty signature")
    entry = node.given("rekorBundle")
    return Bundle(
        "cosign-blob",
        MessageSignature(value, None),
        _material(node),
        (read_cosign_entry(entry, reading.limits),) if entry is not None else (),
    )


def _material(node: Node) -> Material:
    cert = node.given("cert")
    if cert is None or not cert.text():
        return PublicKeyMaterial("")
    pem = cert.text().encode("utf-8") if cert.text().startswith("-----BEGIN ") else cert.base64()
    blocks = parse_pem(pem, cert.place)
    if len(blocks) == 1 and blocks[0].label == "PUBLIC KEY":
        return PublicKeyMaterial("")
    if any(block.label != "CERTIFICATE" for block in blocks):
        raise cert.fault("bundle.material", "neither certificates nor a key")
    return CertificateMaterial(tuple(block.content for block in blocks))


CARRIER = Carrier("cosign-blob", recognises, whole(read_cosign_blob))
