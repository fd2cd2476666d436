"""Files of evidence, read: each bundle in them, or why it is none.

    read_evidence         one file
    read_evidence_files   several, where one may need another: an OCI manifest its layers

Neither raises for what a file holds. A bundle that cannot be read is an `Unreadable` with its fault and spoils no
other; a file in which there is no bundle gives nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .bundles import CertificateMaterial, Envelope, Evidence, MessageSignature
from .carriers import CARRIERS, Carrier, Reading
from .carriers.cosign_layer import MANIFEST, layers_of
from .carriers.dsse_envelope import CARRIER as BARE_ENVELOPE
from .carriers.json_lines import is_json_lines, split_lines
from .digests import STRONG, Digest
from .faults import Fault, FormatFault, Place
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What should have been a bundle, and why it is none. Its place is as in `Evidence`."""

    source: str
    pointer: str
    digest: Digest
    fault: Fault


@dataclass(frozen=True, slots=True)
class _Document:
    """One JSON document of a file, and who reads it."""

    source: str
    digest: Digest
    node: Node
    carrier: Carrier


def read_evidence(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Evidence | Unreadable, ...]:
    """Read one file: a document of one of `CARRIERS`, or JSON lines of them.

    `name` is what people call the file; the third line of JSON lines is ``name:3``.
    Reasons of what is unreadable: ``format.unknown``, ``limit.bundle``, ``limit.evidence_items``, ``json.*``, and
    those of the carriers.
    """
    return read_evidence_files(((name, data),), limits)


def read_evidence_files(
    files: Iterable[tuple[str, bytes]], limits: Limits = DEFAULT_LIMITS
) -> tuple[Evidence | Unreadable, ...]:
    """Read files (name, content) that were given together, in their order.

    A bare envelope that is a layer of a manifest among them is read with the manifest, which has its certificate, and
    not once more by itself.
    """
    blobs: dict[str, bytes] = {}
    documents: list[_Document | Unreadable] = []
    for name, data in files:
        digest = Digest("sha256", hashlib.sha256(data).hexdigest())
        blobs[str(digest)] = data
        documents.extend(_documents(name, data, digest, limits))
    layers = {layer for document in documents if isinstance(document, _Document) for layer in _layers(document)}
    reading = Reading(limits, blobs)
    items: list[Evidence | Unreadable] = []
    for document in documents:
        if isinstance(document, Unreadable):
            items.append(document)
        elif document.carrier is not BARE_ENVELOPE or str(document.digest) not in layers:
            items.extend(_items(document, reading))
    return tuple(items)


def _layers(document: _Document) -> frozenset[str]:
    return layers_of(document.node) if document.carrier is MANIFEST else frozenset()


def _documents(name: str, data: bytes, digest: Digest, limits: Limits) -> Iterator[_Document | Unreadable]:
    try:
        limits.check("bundle", len(data), Place(name))
        lines = split_lines(data, limits) if is_json_lines(data, limits) else None
    except Fault as fault:
        yield Unreadable(name, "", digest, fault.at(fault.place.within(name)))
        return
    for source, content in [(name, data)] if lines is None else [(f"{name}:{n}", line) for n, line in lines]:
        try:
            node = Node(loads(content, source=source, limits=limits), source)
            yield _Document(source, digest, node, _carrier(node))
        except Fault as fault:
            yield Unreadable(source, "", digest, fault)


def _carrier(node: Node) -> Carrier:
    document = node.value
    if isinstance(document, dict):
        for carrier in CARRIERS:
            if carrier.recognises(document):
                return carrier
    raise FormatFault(
        "format.unknown",
        "no format of evidence that is read here",
        place=node.place,
        expected=", ".join(carrier.name for carrier in CARRIERS),
    )


def _items(document: _Document, reading: Reading) -> Iterator[Evidence | Unreadable]:
    source, digest = document.source, document.digest
    try:
        parts = tuple(document.carrier.split(document.node, reading))
    except Fault as fault:
        yield Unreadable(source, "", digest, fault)
        return
    for part in parts:
        try:
            bundle = part.read(part.node, reading)
        except Fault as fault:
            yield Unreadable(source, part.node.pointer, digest, fault)
        else:
            yield Evidence(source, part.node.pointer, digest, bundle)


_CURVES = {bytes.fromhex("06052b81040022"): "sha384", bytes.fromhex("06052b81040023"): "sha512"}
"""The DER of secp384r1 and secp521r1, and the digest that signatures by their keys are over."""


def wanted_algorithms(evidence: Iterable[Evidence]) -> frozenset[str]:
    """The strong digest algorithms that `evidence` may want of the artifact, SHA-256 always among them.

    Found by searching bytes, not by reading them: nothing here is authenticated yet. Too many cost time, no more.
    """
    return frozenset({"sha256"}.union(*(_wanted(item) for item in evidence)))


def _wanted(evidence: Evidence) -> set[str]:
    content, material = evidence.bundle.content, evidence.bundle.material
    wanted: set[str] = set()
    if isinstance(content, Envelope):
        wanted |= {name for name in STRONG if f'"{name}"'.encode() in content.payload}
    elif isinstance(content, MessageSignature):
        if content.digest is not None:
            wanted.add(content.digest.algorithm)
        if isinstance(material, CertificateMaterial):
            wanted |= {name for curve, name in _CURVES.items() if curve in material.leaf}
        wanted |= {name for name in STRONG for entry in evidence.bundle.entries if name.encode() in entry.body}
    return wanted & STRONG.keys()
