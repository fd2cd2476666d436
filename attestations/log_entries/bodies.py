"""The typed bodies, and what they share: a recorded key or certificate, a recorded signature."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ..digests import STRONG, Digest
from ..pem import parse_pem
from ..strict_json import Node

_LABELS = {"CERTIFICATE": True, "PUBLIC KEY": False}

_PROTOBUF_ALGORITHMS = {
    "SHA2_256": "sha256",
    "SHA2_384": "sha384",
    "SHA2_512": "sha512",
    "SHA3_256": "sha3_256",
    "SHA3_384": "sha3_384",
}


class Recorded(Struct, frozen=True):
    """A key (SubjectPublicKeyInfo) or a certificate, in DER, as the log recorded it."""

    der: bytes
    certificate: bool


class RecordedSignature(Struct, frozen=True):
    """A signature and what it verifies with, as the log recorded them."""

    signature: bytes
    verifier: Recorded


class HashedRekordEntry(Struct, frozen=True):
    """A signature over `digest`: of an artifact, or (0.0.2) of an envelope's PAE. `key_details` is "" in 0.0.1."""

    digest: Digest
    signature: bytes
    verifier: Recorded
    key_details: str = ""


class DsseEntry(Struct, frozen=True):
    """The signatures of an envelope, and the digests of its payload and of its JSON as submitted."""

    payload_digest: Digest
    envelope_digest: Digest
    signatures: tuple[RecordedSignature, ...]


class IntotoEntry(Struct, frozen=True):
    """An envelope in the log's older form.

    0.0.1 records one verifier and no signature value, and `envelope_digest` alone binds it to an envelope; then
    `signatures` is empty, and `verifier` set. 0.0.2 records signatures, and `verifier` is None. `payload_type` is
    "" in 0.0.1. A digest is None where the entry leaves it out.
    """

    payload_digest: Digest | None
    envelope_digest: Digest | None
    payload_type: str
    signatures: tuple[RecordedSignature, ...]
    verifier: Recorded | None


EntryBody = HashedRekordEntry | DsseEntry | IntotoEntry


def read_pem(node: Node) -> Recorded:
    """A key or certificate as Rekor v1 records it: the base64 of one PEM block."""
    blocks = parse_pem(node.base64(), node.place)
    if len(blocks) != 1 or blocks[0].label not in _LABELS:
        raise node.fault("pem.malformed", "not one key or certificate", expected="one CERTIFICATE or PUBLIC KEY block")
    return Recorded(blocks[0].content, _LABELS[blocks[0].label])


def read_verifier(node: Node) -> Recorded:
    """A key or certificate as Rekor v2 records it: one of two fields, each with raw DER."""
    certificate, key = node.given("x509Certificate"), node.given("publicKey")
    if certificate is not None and key is None:
        return Recorded(certificate.field("rawBytes").base64(), certificate=True)
    if key is not None and certificate is None:
        return Recorded(key.field("rawBytes").base64(), certificate=False)
    raise node.fault("json.value", "not one key or certificate", expected="x509Certificate or publicKey")


def read_hash(node: Node) -> Digest:
    """A digest as Rekor v1 writes it: ``{"algorithm": "sha256", "value": "<hex>"}``."""
    return _strong(node, node.field("algorithm").text(), node.field("value"), lambda value: value.text())


def read_hash_output(node: Node) -> Digest:
    """A digest as Sigstore's protobuf JSON writes it: ``{"algorithm": "SHA2_256", "digest": "<base64>"}``."""
    name = node.field("algorithm").text()
    return _strong(node, _PROTOBUF_ALGORITHMS.get(name, name), node.field("digest"), lambda value: value.base64().hex())


def _strong(node: Node, algorithm: str, value: Node, read: Callable[[Node], str]) -> Digest:
    size = STRONG.get(algorithm)
    if size is None:
        raise node.field("algorithm").fault(
            "digest.algorithm", "an algorithm that identifies no artifact", expected=", ".join(STRONG)
        )
    text = read(value)
    try:
        well_formed = len(text) == 2 * size and bytes.fromhex(text).hex() == text
    except ValueError:
        well_formed = False
    if not well_formed:
        raise value.fault("digest.value", f"not a {algorithm} digest", expected=f"{size} bytes")
    return Digest(algorithm, text)


__all__ = [
    "DsseEntry",
    "EntryBody",
    "HashedRekordEntry",
    "IntotoEntry",
    "Recorded",
    "RecordedSignature",
    "read_hash",
    "read_hash_output",
    "read_pem",
    "read_verifier",
]
