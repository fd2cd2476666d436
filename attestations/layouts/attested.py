"""Layouts over attestations: what statements of which types, by whom, a step needs, and what they must say.

    {"_type": "layout", "expires": "…", "functionaries": {"<id>": {"keyType", "scheme", "keyVal": {"public"}}},
     "steps": [{"name", "expectedMaterials": ["ALLOW …"], "expectedProducts": ["CREATE …"],
                "expectedPredicates": [{"predicateType", "functionaries": ["<id>"], "threshold",
                                        "expectedAttributes": [{"rule", "allowIfNoClaim", "warn"}]}]}]}

The form is that of in-toto's attestation verifier, in JSON and signed as any layout is. Parts that it has and that are
not read here (subjects with expectations of their own) leave the layout undecided.

Spec: ITE-10, https://github.com/in-toto/ITE/blob/master/ITE/10/README.adoc
"""

from __future__ import annotations

from collections.abc import Iterable

from ..limits import Limits
from ..strict_json import Node
from .expressions import parse_expression
from .keys import LayoutKey, PlainKey
from .parts import Attribute, ExpectedPredicate, Inspection, Item, Step, each, only, read_name, read_threshold
from .rules import parse_rules

Parts = tuple[tuple[LayoutKey, ...], Iterable[Step], Iterable[Inspection]]
"""Keys, steps and inspections of a layout."""

_LAYOUT = ("_type", "expires", "functionaries", "steps", "subjects", "inspections")
_STEP = ("name", "command", "expectedMaterials", "expectedProducts", "expectedPredicates")
_PREDICATE = ("predicateType", "expectedAttributes", "functionaries", "threshold")
_ATTRIBUTE = ("rule", "allowIfNoClaim", "warn", "debug")
_KEY = ("keyType", "scheme", "keyVal", "keyID", "keyIDHashAlgorithms")


def attested_parts(node: Node, limits: Limits) -> Parts:
    """The parts of a layout over attestations.

    Raises:
        FormatFault: ``layout.unsupported``, ``layout.rule``, ``layout.expression``, ``layout.name``, ``json.*``.
        LimitFault: ``limit.steps``.
    """
    only(node, _LAYOUT)
    subjects = node.given("subjects")
    if subjects is not None and subjects.array():
        raise subjects.fault("layout.unsupported", "expectations of subjects are not read")
    return (
        tuple(_key(keyid, key) for keyid, key in node.field("functionaries").members()),
        each(node.field("steps"), limits, _step),
        each(node.given("inspections"), limits, _inspection),
    )


def _key(keyid: str, node: Node) -> LayoutKey:
    only(node, _KEY)
    return LayoutKey(keyid, (PlainKey(node.field("scheme").text(), node.field("keyVal").field("public").text()),))


def _step(node: Node) -> Step:
    only(node, _STEP)
    predicates = node.field("expectedPredicates")
    if not predicates.array():
        raise predicates.fault("layout.empty", "a step that needs no statement requires nothing")
    item = _item(node)
    return Step(
        item.name, item.materials, item.products, predicates=tuple(_predicate(each) for each in predicates.items())
    )


def _item(node: Node) -> Item:
    materials, products = node.given("expectedMaterials"), node.given("expectedProducts")
    return Item(read_name(node), parse_rules(materials), parse_rules(products))


def _inspection(node: Node) -> Inspection:
    item, command = _item(node), node.given("command")
    return Inspection(item.name, item.materials, item.products, (command.text(),) if command is not None else ())


def _predicate(node: Node) -> ExpectedPredicate:
    only(node, _PREDICATE)
    attributes = node.given("expectedAttributes")
    return ExpectedPredicate(
        type=node.field("predicateType").text(),
        keyids=tuple(keyid.text() for keyid in node.field("functionaries").items()),
        threshold=read_threshold(node.given("threshold")),
        attributes=tuple(_attribute(item) for item in attributes.items()) if attributes is not None else (),
    )


def _attribute(node: Node) -> Attribute:
    only(node, _ATTRIBUTE)
    optional, warn = node.given("allowIfNoClaim"), node.given("warn")
    rule = node.field("rule")
    return Attribute(
        text=rule.text(),
        comparison=parse_expression(rule),
        optional=optional is not None and optional.boolean(),
        warns=warn is not None and warn.boolean(),
    )
