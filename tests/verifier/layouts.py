"""Links and layouts for the tests of their evaluator, made without signatures or with keys of the fixture world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet
from attestations.evidence import read_evidence
from attestations.layouts.layout import parse_item, parse_layout
from attestations.layouts.link import Link
from attestations.layouts.parts import Item, Layout
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.strict_json import Node
from fixtures.recipes.scene import NOW
from fixtures.world import Document
from fixtures.world.keys import SigningKey
from fixtures.world.layouts import metablock
from verifier.layout.answers import Chain
from verifier.layout.evaluate import Court, evaluate
from verifier.layout.rules import Budget


def digests(content: str) -> DigestSet:
    """A made-up SHA-256 that differs where `content` does."""
    return DigestSet((Digest("sha256", content.encode().hex().ljust(64, "0")[:64]),))


def link(name: str, materials: Mapping[str, str], products: Mapping[str, str]) -> Link:
    """A link whose artifacts are (path → content)."""
    return Link(
        name,
        {path: digests(content) for path, content in materials.items()},
        {path: digests(content) for path, content in products.items()},
        (),
    )


def item(name: str, materials: Iterable[list[str]] = (), products: Iterable[list[str]] = ()) -> Item:
    """A step by its rules alone."""
    rules = {"expected_materials": list(materials), "expected_products": list(products)}
    return parse_item(Node({"name": name, **rules}))


def evidence(document: Document, name: str = "given") -> Evidence:
    (found,) = read_evidence(name, bytes(document))
    assert isinstance(found, Evidence)
    return found


def court(*pool: Evidence, limits: Limits = DEFAULT_LIMITS, **changes: Any) -> Court:
    """What a layout is held against. `changes` are fields of `Court`."""
    fields = {"groups": {}, "parameters": {}, "now": NOW, "limits": limits, "budget": Budget(limits)}
    return Court(**{"pool": pool, **fields, **changes})


def judged(owned: Document, owner: SigningKey, *pool: Document, **changes: Any) -> Chain:
    """What a layout comes to, with these links."""
    own = metablock(owned, owner)
    files = [evidence(document, f"{number}.link") for number, document in enumerate(pool)]
    return evaluate(layout(owned), evidence(own, "root.layout"), court(*files, **changes))


def layout(owned: Document) -> Layout:
    return parse_layout(bytes(owned), source="root.layout", limits=DEFAULT_LIMITS)
