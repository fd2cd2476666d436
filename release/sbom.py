"""What is handed out, as CycloneDX 1.6: our wheel, and every package of the lock by version and hash."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from .targets import Locked

_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""RFC 9562, appendix B: the name space of URLs."""


def write_sbom(version: str, wheel: str, locked: Iterable[Locked], *, at: int) -> str:
    """The document, the same from the same lock; `wheel` is the SHA-256 of ours in hex, `at` is in Unix seconds."""
    bom = Bom(serial_number=uuid.uuid5(_SPACE, f"countersign:{wheel}"))
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(at, datetime.UTC)
    root = Component(
        name="countersign",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"pkg:pypi/countersign@{version}",
        purl=PackageURL("pypi", None, "countersign", version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel)],
    )
    bom.metadata.component = root
    parts = [_component(each) for each in locked]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _component(locked: Locked) -> Component:
    """A package by name and version. Its files differ from system to system; their hashes stand in the lock."""
    name = locked.requirement.name
    return Component(
        name=name,
        version=locked.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"pkg:pypi/{name}@{locked.version}",
        purl=PackageURL("pypi", None, name, locked.version),
    )
