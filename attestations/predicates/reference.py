"""in-toto's references: documents about the subject that stand elsewhere, such as an SBOM or an auditor's report.

    v0.1   {"attester": {"id": …}, "references": [{"downloadLocation": …, "digest": {…}, "mediaType": …}]}

What is referred to is never fetched. Where it is given along, its digest says whether it is the one that was meant.

Spec: https://github.com/in-toto/attestation/blob/main/spec/predicates/reference.md
"""

from __future__ import annotations

from msgspec import Struct

from ..resources import Resource, parse_resource
from ..statements import Claim
from ..strict_json import Node

PREDICATE_TYPE = "https://in-toto.io/attestation/reference/v0.1"


class Reference(Struct, frozen=True):
    """Who refers, and to what: each reference says where it is, by which digest, and of which media type."""

    attester: Claim
    references: tuple[Resource, ...]


def read(predicate: Node) -> Reference:
    """Read the predicate. Raises: FormatFault ``json.*``, ``digest.value``, ``resource.empty``."""
    attester = predicate.field("attester").field("id")
    if not attester.text():
        raise attester.fault("json.value", "an attester without a name")
    for item in predicate.field("references").items():
        item.field("downloadLocation").text()
        item.field("mediaType").text()
    references = tuple(parse_resource(item) for item in predicate.field("references").items())
    return Reference(Claim(attester.text(), attester.pointer), references)
