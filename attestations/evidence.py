"""Files of evidence, read: each bundle in them, or why it is none.

    read_evidence         one file
    read_evidence_files   several, where one may need another: an OCI manifest its layers

Neither raises for what a file holds. A bundle that cannot be read is an `Unreadable` with its fault and spoils no
other; a file in which there is no bundle gives nothing, and so does a document (`documents`), which is no bundle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from .bundles import (
    CertificateMaterial,
    Envelope,
    Evidence,
    MessageSignature,
    Metablock,
    MinisignSignature,
    PackageSignature,
    SshSignature,
)
from .carriers import CARRIERS, DETACHED, Carrier, Detached, Reading
from .carriers.cosign_layer import MANIFEST, layers_of
from .carriers.dsse_envelope import CARRIER as BARE_ENVELOPE
from .carriers.json_lines import is_json_lines, split_lines
from .digests import BLAKE2B, STRONG, Digest
from .documents import kind_of
from .documents.clearsigned import is_clearsigned
from .faults import Fault, FormatFault, Place
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads


class Unreadable(Struct, frozen=True):
    """What should have been a bundle, and why it is none. Its place is as in `Evidence`."""

    source: str
    pointer: str
    digest: Digest
    fault: Fault


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
    given = [(name, data, Digest("sha256", hashlib.sha256(data).hexdigest())) for name, data in files]
    reading = Reading(limits, {str(digest): data for _, data, digest in given})
    layers = frozenset[str]().union(*(_layers(data, limits) for _, data, _ in given))
    return tuple(
        item
        for name, data, digest in given
        for item in _file(name, data, digest, reading, is_layer=str(digest) in layers)
    )


def _layers(data: bytes, limits: Limits) -> frozenset[str]:
    """The digests of the envelopes that a file refers to, where it is a manifest."""
    # A manifest that spells the name with escapes hides no layer: its envelopes are read by themselves as well.
    if b'"layers"' not in data or len(data) > limits.bundle:
        return frozenset()
    try:
        document = loads(data, limits=limits)
    except FormatFault:
        return frozenset()
    return layers_of(document) if isinstance(document, dict) and MANIFEST.recognises(document) else frozenset()


def _file(
    name: str, data: bytes, digest: Digest, reading: Reading, *, is_layer: bool
) -> Iterator[Evidence | Unreadable]:
    if kind_of(data) is not None and not is_clearsigned(data):
        return
    try:
        reading.limits.check("bundle", len(data), Place(name))
        detached = next((each for each in DETACHED if each.recognises(data)), None)
        json_lines = detached is None and is_json_lines(data, reading.limits)
        lines = split_lines(data, reading.limits) if json_lines else None
    except Fault as fault:
        yield _unreadable(name, "", digest, fault.at(fault.place.within(name)))
        return
    if detached is not None:
        yield from _detached(name, data, digest, detached, reading)
        return
    if lines is None:
        yield from _document(name, data, digest, reading, is_layer=is_layer)
        return
    for number, line in lines:
        yield from _document(f"{name}:{number}", line, digest, reading, is_layer=False)


def _detached(
    name: str, data: bytes, digest: Digest, carrier: Detached, reading: Reading
) -> Iterator[Evidence | Unreadable]:
    try:
        parts = carrier.split(data, name)
        reading.limits.check("signatures", len(parts), Place(name))
    except Fault as fault:
        yield _unreadable(name, "", digest, fault)
        return
    for number, read in enumerate(parts):
        pointer = f"/{number}" if len(parts) > 1 else ""
        try:
            yield Evidence(name, pointer, digest, read())
        except Fault as fault:
            yield _unreadable(name, pointer, digest, fault)


def _document(
    source: str, data: bytes, digest: Digest, reading: Reading, *, is_layer: bool
) -> Iterator[Evidence | Unreadable]:
    try:
        node = Node(loads(data, source=source, limits=reading.limits), source)
        carrier = _carrier(node)
        parts = () if is_layer and carrier is BARE_ENVELOPE else tuple(carrier.split(node, reading))
    except Fault as fault:
        yield _unreadable(source, "", digest, fault)
        return
    for part in parts:
        try:
            bundle = part.read(part.node, reading)
        except Fault as fault:
            yield _unreadable(source, part.node.pointer, digest, fault)
        else:
            yield Evidence(source, part.node.pointer, digest, bundle)


def _unreadable(source: str, pointer: str, digest: Digest, fault: Fault) -> Unreadable:
    # A traceback holds the frames it went through, and they hold the document: many times the size of its file.
    fault.__context__ = None
    return Unreadable(source, pointer, digest, fault.with_traceback(None))


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
        expected=", ".join([carrier.name for carrier in CARRIERS] + [carrier.name for carrier in DETACHED]),
    )


_CURVES = {bytes.fromhex("06052b81040022"): "sha384", bytes.fromhex("06052b81040023"): "sha512"}
"""The DER of secp384r1 and secp521r1, and the digest that signatures by their keys are over."""


def wanted_algorithms(evidence: Iterable[Evidence]) -> frozenset[str]:
    """The digest algorithms that `evidence` may want of the artifact, SHA-256 always among them.

    Found by searching bytes, not by reading them: nothing here is authenticated yet. Too many cost time, no more.
    """
    return frozenset({"sha256"}.union(*(_wanted(item) for item in evidence)))


def _wanted(evidence: Evidence) -> set[str]:
    content, material = evidence.bundle.content, evidence.bundle.material
    wanted: set[str] = set()
    if isinstance(content, Envelope):
        wanted |= {name for name in STRONG if f'"{name}"'.encode() in content.payload}
    elif isinstance(content, PackageSignature):
        wanted.add("sha512")
    elif isinstance(content, Metablock):
        wanted |= {name for name in STRONG if f'"{name}"'.encode() in content.content}
    elif isinstance(content, SshSignature):
        wanted.add(content.hash)
    elif isinstance(content, MinisignSignature):
        return {BLAKE2B} if content.prehashed else set()
    elif isinstance(content, MessageSignature):
        if content.digest is not None:
            wanted.add(content.digest.algorithm)
        if isinstance(material, CertificateMaterial):
            wanted |= {name for curve, name in _CURVES.items() if curve in material.leaf}
        wanted |= {name for name in STRONG for entry in evidence.bundle.entries if name.encode() in entry.body}
    return wanted & STRONG.keys()
