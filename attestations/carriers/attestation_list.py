"""Lists of Sigstore bundles, as the npm registry and GitHub's API answer: ``{"attestations": [{"bundle": …}]}``.

Other members (npm's ``predicateType``) repeat what a bundle says of itself and are not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
    return tuple(Part(item.field("bundle"), read_bundle) for item in attestations.items())


CARRIER = Carrier("attestation-list", recognises, split)
