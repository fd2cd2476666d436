"""What became of one step of a layout: its answers, and the artifacts that they speak of."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from attestations.bundles import Evidence
from attestations.digests import DigestSet
from attestations.layouts.link import Artifacts, Link
from attestations.layouts.parts import Step

from .answers import Line


class Account(Struct, frozen=True):
    """One step: its answers, and what its functionaries told.

    `link` is what other steps' rules see of it, None where nobody told enough; `claims` are held against its own rules,
    one by one; `left` is what came out of it. `used` is the evidence, `remarks` change nothing.
    """

    step: Step
    lines: tuple[Line, ...]
    link: Link | None = None
    used: tuple[Evidence, ...] = ()
    remarks: tuple[Line, ...] = ()
    claims: tuple[Link, ...] = ()
    left: Artifacts = field(default_factory=dict)


def merged(claims: tuple[Link, ...]) -> Link | None:
    """All artifacts of several claims about one step; None where two of them disagree about one path."""
    materials: dict[str, DigestSet] = {}
    products: dict[str, DigestSet] = {}
    for claim in claims:
        if not (_add(materials, claim.materials) and _add(products, claim.products)):
            return None
    return Link(claims[0].name, materials, products, claims[0].command) if claims else None


def _add(artifacts: dict[str, DigestSet], more: Mapping[str, DigestSet]) -> bool:
    return all(artifacts.setdefault(path, digests) == digests for path, digests in more.items())
