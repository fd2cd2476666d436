"""cosign's legacy attestations in OCI registries: an image manifest whose layers are DSSE envelopes.

    layer        application/vnd.dsse.envelope.v1+json, a blob of its own
    annotations  dev.sigstore.cosign/certificate, /chain   PEM
                 dev.sigstore.cosign/bundle                the log entry's promise, JSON in a string

The manifest is the evidence. Its layers are looked up by digest among the blobs given along, so that a layer cannot
be exchanged. An index names manifests and carries nothing itself.

Spec: sigstore/cosign, specs/ATTESTATION_SPEC.md and specs/SIGNATURE_SPEC.md; OCI image manifest 1.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..bundles import Bundle, CertificateMaterial, Envelope, LogEntry, Material, NoMaterial
from ..digests import parse_digest
from ..dsse import parse_envelope
from ..log_entries.carried import read_cosign_entry
from ..pem import parse_certificates
from ..strict_json import Node, loads
from .carrier import Carrier, Part, Reading

_DSSE = "application/vnd.dsse.envelope.v1+json"
_SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
_ANNOTATION = "dev.sigstore.cosign/"


def split_manifest(node: Node, reading: Reading) -> Iterable[Part]:
    """The layers that are signed; an image's own layers are none.

    Raises:
        FormatFault: ``json.*``.
        LimitFault: ``limit.evidence_items``.
    """
    layers = node.field("layers")
    reading.limits.check("evidence_items", len(layers.array()), layers.place)
    readers = {_DSSE: read_layer, _SIMPLE_SIGNING: _refuse}
    return tuple(
        Part(layer, readers[layer.field("mediaType").text()])
        for layer in layers.items()
        if layer.field("mediaType").text() in readers
    )


def layers_of(manifest: dict[str, Any]) -> frozenset[str]:
    """The digests (``sha256:<hex>``) that a manifest gives its DSSE layers; none where it is malformed."""
    layers = manifest.get("layers")
    return frozenset(
        layer["digest"]
        for layer in (layers if isinstance(layers, list) else ())
        if isinstance(layer, dict) and layer.get("mediaType") == _DSSE and isinstance(layer.get("digest"), str)
    )


def read_layer(node: Node, reading: Reading) -> Bundle:
    """Read one layer with its annotations.

    Raises:
        FormatFault: ``evidence.blob_absent`` where the layer's blob was not given; ``envelope.*``, ``json.*``,
            ``base64.malformed``, ``pem.malformed``, ``digest.malformed``.
        LimitFault: ``limit.bundle``, ``limit.signatures``, ``limit.certificates``.
    """
    return Bundle("cosign-layer", _envelope(node, reading), _material(node, reading), _entries(node, reading))


def _refuse(node: Node, _reading: Reading) -> Bundle:
    raise node.fault("format.unsupported", "a signature over a simple-signing payload", expected=_DSSE)


def _envelope(node: Node, reading: Reading) -> Envelope:
    digest = node.field("digest")
    blob = reading.blobs.get(str(parse_digest(digest.text())))
    if blob is None:
        raise digest.fault("evidence.blob_absent", "the layer's blob was not given along with its manifest")
    reading.limits.check("bundle", len(blob), digest.place)
    source = f"{digest.place} ({digest.text()})"
    return parse_envelope(Node(loads(blob, source=source, limits=reading.limits), source), reading.limits)


def _annotation(node: Node, name: str) -> Node | None:
    annotations = node.given("annotations")
    value = annotations.given(_ANNOTATION + name) if annotations is not None else None
    return value if value is not None and value.text() else None


def _material(node: Node, reading: Reading) -> Material:
    certificate, chain = _annotation(node, "certificate"), _annotation(node, "chain")
    if certificate is None:
        return NoMaterial()
    rest = parse_certificates(chain, reading.limits) if chain is not None else ()
    return CertificateMaterial((*parse_certificates(certificate, reading.limits), *rest))


def _entries(node: Node, reading: Reading) -> tuple[LogEntry, ...]:
    bundle = _annotation(node, "bundle")
    if bundle is None:
        return ()
    source = str(bundle.place)
    inner = Node(loads(bundle.text().encode("utf-8"), source=source, limits=reading.limits), source)
    return (read_cosign_entry(inner, reading.limits),)


def _is_manifest(document: dict[str, Any]) -> bool:
    return "layers" in document and "schemaVersion" in document


def _is_index(document: dict[str, Any]) -> bool:
    return "manifests" in document and "schemaVersion" in document


MANIFEST = Carrier("cosign-layer", _is_manifest, split_manifest)
INDEX = Carrier("oci-index", _is_index, lambda _node, _reading: ())
