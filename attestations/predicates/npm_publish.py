"""npm's publish attestation: the registry says under which name and version it accepted the package.

    {"name": "@acme/endpoint", "version": "7.1.0", "registry": "https://registry.example"}

Spec: https://github.com/npm/attestation/tree/main/specs/publish/v0.1
"""

from __future__ import annotations

from msgspec import Struct

from ..statements import Claim
from ..strict_json import Node

PREDICATE_TYPE = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"


class Publication(Struct, frozen=True):
    """Where and as what a registry published a package."""

    name: Claim
    version: Claim
    registry: Claim


def read(predicate: Node) -> Publication:
    """Read the predicate. Raises: FormatFault ``json.missing``, ``json.type``."""
    name, version, registry = (predicate.field(each) for each in ("name", "version", "registry"))
    return Publication(*(Claim(node.text(), node.pointer) for node in (name, version, registry)))
