"""in-toto links as statements: ``https://in-toto.io/attestation/link/v0.3``.

    {"name": "<step>", "command": [<word>…], "materials": [<resource>…], "byproducts": {…}, "environment": {…}}

The statement's subjects are the products. A material is called by its name, or by its URI where it has none.

Spec: https://github.com/in-toto/attestation/blob/main/spec/predicates/link.md
"""

from __future__ import annotations

from msgspec import Struct

from ..digests import DigestSet
from ..resources import parse_resource
from ..strict_json import Node

PREDICATE_TYPE = "https://in-toto.io/attestation/link/v0.3"


class LinkPredicate(Struct, frozen=True):
    """What a functionary recorded of a step besides its products; each material is a name and its digests."""

    name: str
    command: tuple[str, ...]
    materials: tuple[tuple[str, DigestSet], ...]


def read(predicate: Node) -> LinkPredicate:
    """The predicate. Raises: FormatFault ``json.*``, ``resource.empty``, ``digest.value``."""
    command, materials = predicate.given("command"), predicate.given("materials")
    return LinkPredicate(
        name=predicate.field("name").text(),
        command=tuple(word.text() for word in command.items()) if command is not None else (),
        materials=tuple(_material(item) for item in materials.items()) if materials is not None else (),
    )


def _material(node: Node) -> tuple[str, DigestSet]:
    resource = parse_resource(node)
    return resource.name or resource.uri, resource.digests
