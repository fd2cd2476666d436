"""An opinion as JSON: how records keep it, and how an engine's process hands it over. Hostile until it was read."""

from __future__ import annotations

from typing import Any

import msgspec

from attestations.digests import parse_digest
from attestations.strict_json import Node

from .opinions import ANSWERS, Opinion

LONGEST = 400
"""Characters of an engine's own words that are kept."""


def opinion_tree(opinion: Opinion) -> dict[str, Any]:
    """The JSON form."""
    return msgspec.structs.asdict(opinion) | {"evidence": str(opinion.evidence)}


def read_opinion(node: Node) -> Opinion:
    """The opinion that `node` holds. Raises: FormatFault ``json.*``, ``digest.*``."""
    node.only(*Opinion.__struct_fields__)
    answer = node.field("answer")
    if answer.text() not in ANSWERS:
        raise answer.fault("json.value", "no answer that an engine gives", expected=", ".join(ANSWERS))
    texts = {name: node.field(name).text()[:LONGEST] for name in ("engine", "version", "detail")}
    exact = {name: node.field(name).text() for name in ("source", "pointer", "signer")}
    evidence = parse_digest(node.field("evidence").text())
    return Opinion(evidence=evidence, answer=answer.text(), **texts, **exact)
