"""Sigstore bundles, versions 0.1, 0.2 and 0.3.

    mediaType              application/vnd.dev.sigstore.bundle+json;version=0.1 | 0.2 | 0.3
                           application/vnd.dev.sigstore.bundle.v0.3+json
    verificationMaterial   certificate | x509CertificateChain | publicKey; tlogEntries; timestampVerificationData
    dsseEnvelope | messageSignature

What a version asks for: 0.1 a promise with each log entry, 0.2 and later an inclusion proof with its checkpoint. A
version that no specification defines is refused, not read as the nearest one. 0.3 asks for a single certificate, yet
signers in use write chains into it: they are taken, being untrusted help for the path in every version.

Protobuf JSON takes two spellings of each field; we take camelCase, and refuse a member named with an underscore, since
a protobuf reader would see a field there where we see none. Other unknown members are ignored: real producers add some.

Spec: sigstore/protobuf-specs, protos/sigstore_bundle.proto,
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..bundles import (
    Bundle,
    CertificateMaterial,
    Envelope,
    LogEntry,
    Material,
    MessageSignature,
    PublicKeyMaterial,
)
from ..dsse import parse_envelope
from ..log_entries.bodies import read_hash_output
from ..log_entries.carried import read_transparency_entry
from ..strict_json import Node, shown
from .carrier import Carrier, Reading, whole

MEDIA_TYPES: Mapping[str, str] = {
    "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json": "0.3",
}

_PREFIX = "application/vnd.dev.sigstore.bundle"


def recognises(document: dict[str, Any]) -> bool:
    """Whether `document` says that it is a bundle, or has what only bundles have."""
    media_type = document.get("mediaType")
    return (isinstance(media_type, str) and media_type.startswith(_PREFIX)) or "verificationMaterial" in document


def read_bundle(node: Node, reading: Reading) -> Bundle:
    """Read one bundle and hold it to what its version asks for.

    Raises:
        FormatFault: ``bundle.version``, ``bundle.field_spelling``, ``bundle.content``, ``bundle.material``,
            ``bundle.signatures``, ``bundle.no_promise``, ``bundle.no_proof``, ``envelope.*``,
            ``log.proof_malformed``, ``digest.*``, ``json.*``, ``base64.malformed``.
        LimitFault: ``limit.log_entries``, ``limit.timestamps``, ``limit.certificates``, ``limit.signatures``.
    """
    media_type = node.field("mediaType")
    version = MEDIA_TYPES.get(media_type.text())
    if version is None:
        raise media_type.fault("bundle.version", "no version of the bundle format", expected=" or ".join(MEDIA_TYPES))
    _one_spelling(node)
    material = node.field("verificationMaterial")
    return Bundle(
        carrier=f"sigstore-bundle/{version}",
        content=_content(node, reading),
        material=_material(material, reading),
        entries=_entries(material, version, reading),
        timestamps=_timestamps(material, reading),
    )


def _one_spelling(node: Node) -> None:
    pending: list[Any] = [node.value]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for name in value:
                if "_" in name:
                    raise node.fault("bundle.field_spelling", f"a member {shown(name)}", expected="camelCase names")
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


def _content(node: Node, reading: Reading) -> Envelope | MessageSignature:
    envelope, message = node.given("dsseEnvelope"), node.given("messageSignature")
    if envelope is not None and message is None:
        parsed = parse_envelope(envelope, reading.limits)
        if len(parsed.signatures) != 1:
            raise envelope.field("signatures").fault("bundle.signatures", "more than one signature", expected="one")
        return parsed
    if message is not None and envelope is None:
        return _message_signature(message)
    raise node.fault("bundle.content", "not one of dsseEnvelope and messageSignature", expected="exactly one")


def _message_signature(node: Node) -> MessageSignature:
    signature = node.field("signature")
    value = signature.base64(either_alphabet=True)
    if not value:
        raise signature.fault("bundle.content", "an empty signature")
    digest = node.given("messageDigest")
    return MessageSignature(value, read_hash_output(digest) if digest is not None else None)


def _material(node: Node, reading: Reading) -> Material:
    names = ("certificate", "x509CertificateChain", "publicKey")
    given = [choice for choice in map(node.given, names) if choice is not None]
    if len(given) != 1:
        raise node.fault("bundle.material", "not one certificate, chain or key", expected=" or ".join(names))
    chosen = given[0]
    if chosen.pointer.endswith("/publicKey"):
        hint = chosen.given("hint")
        return PublicKeyMaterial(hint.text() if hint is not None else "")
    if chosen.pointer.endswith("/certificate"):
        return CertificateMaterial((_certificate(chosen),))
    return _chain(chosen.field("certificates"), reading)


def _chain(node: Node, reading: Reading) -> CertificateMaterial:
    reading.limits.check("certificates", len(node.array()), node.place)
    if not node.array():
        raise node.fault("bundle.material", "an empty certificate chain", expected="the signer's certificate first")
    return CertificateMaterial(tuple(_certificate(item) for item in node.items()))


def _certificate(node: Node) -> bytes:
    content = node.field("rawBytes")
    der = content.base64(either_alphabet=True)
    if not der:
        raise content.fault("bundle.material", "an empty certificate")
    return der


def _entries(node: Node, version: str, reading: Reading) -> tuple[LogEntry, ...]:
    entries = node.given("tlogEntries")
    if entries is None:
        return ()
    reading.limits.check("log_entries", len(entries.array()), entries.place)
    return tuple(_entry(item, version) for item in entries.items())


def _entry(node: Node, version: str) -> LogEntry:
    entry = read_transparency_entry(node)
    if version == "0.1":
        if not entry.promise:
            raise node.fault(
                "bundle.no_promise",
                "a log entry without a promise in a bundle of version 0.1",
                expected="inclusionPromise",
            )
    elif entry.proof is None or not entry.proof.checkpoint:
        raise node.fault(
            "bundle.no_proof",
            f"a log entry of a bundle {version} without proof and checkpoint",
            expected="inclusionProof with checkpoint",
        )
    return entry


def _timestamps(node: Node, reading: Reading) -> tuple[bytes, ...]:
    holder = node.given("timestampVerificationData")
    timestamps = holder.given("rfc3161Timestamps") if holder is not None else None
    if timestamps is None:
        return ()
    reading.limits.check("timestamps", len(timestamps.array()), timestamps.place)
    tokens = [item.field("signedTimestamp") for item in timestamps.items()]
    return tuple(token.base64(either_alphabet=True, wrapped=True) for token in tokens)


CARRIER = Carrier("sigstore-bundle", recognises, whole(read_bundle))

__all__ = ["CARRIER", "MEDIA_TYPES", "read_bundle"]
