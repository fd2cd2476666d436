"""Lists of Sigstore bundles, as the npm registry and GitHub's API answer: ``{"attestations": [{"bundle": …}]}``.

npm writes the ``predicateType`` beside each bundle, where its clients choose by it before anything is verified. It is
kept as the bundle's label, and the statement must then be of that type. Other members are not read.

Spec: https://docs.github.com/en/rest/users/attestations; npm's registry has no specification of it, npm/pacote reads it
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ..strict_json import Node
from .carrier import Carrier, Part, Reading
from .sigstore_bundle import read_bundle


def recognises(document: dict[str, Any]) -> bool:
    """Whether a list of attestations is there."""
    return "attestations" in document


def split(node: Node, reading: Reading) -> Iterable[Part]:
    """The bundles of the list.

    Raises:
        FormatFault: ``json.*``.
        LimitFault: ``limit.evidence_items``.
    """
    attestations = node.field("attestations")
    reading.limits.check("evidence_items", len(attestations.array()), attestations.place)
    return tuple(_part(item) for item in attestations.items())


def _part(item: Node) -> Part:
    given = item.given("predicateType")
    label = given.text() if given is not None else ""
    return Part(item.field("bundle"), lambda node, reading: replace(read_bundle(node, reading), label=label))


CARRIER = Carrier("attestation-list", recognises, split)
