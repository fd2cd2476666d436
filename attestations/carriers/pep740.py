"""PyPI attestations: one by itself (``.publish.attestation``), or a distribution's provenance with all of them.

    {"version": 1, "verification_material": {"certificate": …, "transparency_entries": […]},
     "envelope": {"statement": "<base64>", "signature": "<base64>"}}
    {"version": 1, "attestation_bundles": [{"publisher": {…}, "attestations": […]}]}

The envelope is DSSE with its type left out. The publisher is PyPI's word, unsigned, and is not read.

Spec: PEP 740, https://peps.python.org/pep-0740/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..bundles import Bundle, CertificateMaterial, Envelope, EnvelopeSignature, LogEntry
from ..log_entries.carried import read_transparency_entry
from ..strict_json import Node
from .carrier import Carrier, Part, Reading, whole

_PAYLOAD_TYPE = "application/vnd.in-toto+json"


def read_attestation(node: Node, reading: Reading) -> Bundle:
    """Read one attestation; each of its log entries has an inclusion proof with a checkpoint.

    Raises:
        FormatFault: ``pep740.version``, ``bundle.material``, ``bundle.no_proof``, ``envelope.unsigned``,
            ``json.*``, ``base64.malformed``, ``log.proof_malformed``.
        LimitFault: ``limit.log_entries``.
    """
    _check_version(node)
    material = node.field("verification_material")
    certificate = material.field("certificate")
    der = certificate.base64()
    if not der:
        raise certificate.fault("bundle.material", "an empty certificate")
    return Bundle("pep740", _envelope(node.field("envelope")), CertificateMaterial((der,)), _entries(material, reading))


def split_provenance(node: Node, reading: Reading) -> Iterable[Part]:
    """The attestations of all publishers.

    Raises:
        FormatFault: ``pep740.version``, ``json.*``.
        LimitFault: ``limit.evidence_items``.
    """
    _check_version(node)
    bundles = node.field("attestation_bundles")
    reading.limits.check("evidence_items", len(bundles.array()), bundles.place)
    parts: list[Part] = []
    for bundle in bundles.items():
        attestations = bundle.field("attestations")
        reading.limits.check("evidence_items", len(parts) + len(attestations.array()), attestations.place)
        parts.extend(Part(item, read_attestation) for item in attestations.items())
    return parts


def _check_version(node: Node) -> None:
    version = node.field("version")
    if version.integer() != 1:
        raise version.fault("pep740.version", "no version of PyPI attestations", expected="1")


def _envelope(node: Node) -> Envelope:
    signature = node.field("signature")
    value = signature.base64()
    if not value:
        raise signature.fault("envelope.unsigned", "an empty signature")
    return Envelope(node.field("statement").base64(), _PAYLOAD_TYPE, (EnvelopeSignature(value),))


def _entries(node: Node, reading: Reading) -> tuple[LogEntry, ...]:
    entries = node.field("transparency_entries")
    reading.limits.check("log_entries", len(entries.array()), entries.place)
    return tuple(_entry(item) for item in entries.items())


def _entry(node: Node) -> LogEntry:
    entry = read_transparency_entry(node)
    if entry.proof is None or not entry.proof.checkpoint:
        raise node.fault(
            "bundle.no_proof", "a log entry without proof and checkpoint", expected="inclusionProof with checkpoint"
        )
    return entry


def _is_attestation(document: dict[str, Any]) -> bool:
    return "verification_material" in document


def _is_provenance(document: dict[str, Any]) -> bool:
    return "attestation_bundles" in document


ATTESTATION = Carrier("pep740", _is_attestation, whole(read_attestation))
PROVENANCE = Carrier("pep740-provenance", _is_provenance, split_provenance)
