"""Google Cloud Build's answer to ``gcloud artifacts docker images describe --show-provenance``: a list of envelopes.

    {"image_summary": {…}, "provenance_summary": {"provenance": [{"kind": "BUILD", "envelope": {…}, "build": {…}}]}}

Beside each envelope stands its statement in clear, unsigned: it is not read. Which image the list is about is said
several times, unsigned too: where the list contradicts itself it is refused, for somebody put it together by hand.

Keys named ``builtByGCB`` are older than DSSE here: what they sign is the payload itself. A bundle is marked so only if
all its signatures are by such keys.

Spec: https://cloud.google.com/build/docs/securing-builds/view-build-provenance
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..bundles import Bundle, NoMaterial
from ..dsse import parse_envelope
from ..strict_json import Node
from .carrier import Carrier, Part, Reading

_LEGACY_KEY = "/cryptoKeys/builtByGCB/"


def recognises(document: dict[str, Any]) -> bool:
    """Whether a summary of provenance is there."""
    return "provenance_summary" in document


def split(node: Node, reading: Reading) -> Iterable[Part]:
    """The occurrences of provenance.

    Raises:
        FormatFault: ``gcb.contradicted``, ``json.*``.
        LimitFault: ``limit.evidence_items``.
    """
    occurrences = node.field("provenance_summary").field("provenance")
    reading.limits.check("evidence_items", len(occurrences.array()), occurrences.place)
    _check_image(node.given("image_summary"), occurrences)
    return tuple(Part(item, read_occurrence) for item in occurrences.items())


def _check_image(summary: Node | None, occurrences: Node) -> None:
    """Every image that the list names by digest is the one that its summary names first."""
    if summary is None:
        return
    named = [summary.given("digest"), summary.given("fully_qualified_digest")]
    named += [item.given("resourceUri") for item in occurrences.items()]
    stated = [(node, node.text().rpartition("@")[2]) for node in named if node is not None]
    for node, digest in stated[1:]:
        if digest != stated[0][1]:
            raise node.fault("gcb.contradicted", "the list is about two images", expected=stated[0][1])


def read_occurrence(node: Node, reading: Reading) -> Bundle:
    """Read the envelope of one occurrence, which must be of a build.

    Raises:
        FormatFault: ``gcb.kind``, ``envelope.*``, ``json.*``, ``base64.malformed``.
        LimitFault: ``limit.signatures``.
    """
    kind = node.field("kind")
    if kind.text() != "BUILD":
        raise kind.fault("gcb.kind", "not the occurrence of a build", expected="BUILD")
    envelope = parse_envelope(node.field("envelope"), reading.limits)
    legacy = all(_LEGACY_KEY in signature.keyid for signature in envelope.signatures)
    return Bundle("gcb", envelope, NoMaterial(), legacy_payload_signature=legacy)


CARRIER = Carrier("gcb", recognises, split)
