"""Layouts in the form that in-toto began with: who may do which step, and the rules that its artifacts obey.

    {"_type": "layout", "expires": "2030-11-18T16:06:36Z", "readme": "…", "keys": {"<id>": {…}},
     "steps":   [{"_type": "step", "name", "pubkeys": ["<id>"], "threshold": 1, "expected_command": […],
                  "expected_materials": [[…rule…]], "expected_products": [[…]]}],
     "inspect": [{"_type": "inspection", "name", "run": […], "expected_materials": …, "expected_products": …}]}

A member that is not known might be a constraint, and a constraint that is not applied is worse than none: a layout that
has one is not judged. What an inspection would run is kept as text. Nothing in a layout is ever executed (T70).

Spec: in-toto specification, section 4.3 (layout)
"""

from __future__ import annotations

import datetime
import re

from ..limits import Limits
from ..strict_json import Node, loads, shown
from .attested import Parts, attested_parts
from .keys import parse_keys
from .parts import Inspection, Item, Layout, Step, each, only, read_name, read_threshold
from .rules import Rule, parse_rules

TYPE = "layout"


def parse_layout(data: bytes, *, source: str, limits: Limits) -> Layout:
    """The layout in JSON bytes.

    Raises:
        FormatFault: ``layout.empty`` (T62), ``layout.rule``, ``layout.name``, ``layout.unsupported``, ``json.*``.
        LimitFault: ``limit.statement``, ``limit.steps``, ``limit.depth``.
    """
    limits.check("statement", len(data))
    node = Node(loads(data, source=source, limits=limits), source)
    if node.field("_type").text() != TYPE:
        raise node.field("_type").fault("json.value", "not a layout", expected=TYPE)
    keys, steps, inspections = (attested_parts if node.get("functionaries") is not None else _parts)(node, limits)
    layout = Layout(_moment(node.field("expires")), keys, tuple(steps), tuple(inspections))
    _check(layout, node)
    return layout


def _parts(node: Node, limits: Limits) -> Parts:
    only(node, _LAYOUT)
    return (
        parse_keys(node.field("keys")),
        each(node.field("steps"), limits, _step),
        each(node.given("inspect"), limits, _inspection),
    )


_ITEM = ("_type", "name", "expected_materials", "expected_products")
_STEP = (*_ITEM, "pubkeys", "threshold", "expected_command", "cert_constraints")
_INSPECTION = (*_ITEM, "run")
_LAYOUT = ("_type", "expires", "readme", "keys", "steps", "inspect", "rootcas", "intermediatecas")


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


def _moment(node: Node) -> datetime.datetime:
    text = node.text()
    try:
        moment = datetime.datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise node.fault("json.value", "not a time", expected="2030-01-01T00:00:00Z")
    return moment.astimezone(datetime.UTC)


def _step(node: Node) -> Step:
    only(node, _STEP)
    constraints = node.given("cert_constraints")
    return Step(
        *_item(node),
        keyids=tuple(keyid.text() for keyid in node.field("pubkeys").items()),
        threshold=read_threshold(node.field("threshold")),
        command=_words(node.given("expected_command")),
        certified=constraints is not None and bool(constraints.array()),
    )


def _inspection(node: Node) -> Inspection:
    only(node, _INSPECTION)
    return Inspection(*_item(node), command=_words(node.given("run")))


def parse_item(node: Node) -> Item:
    """The name and rules of a step or an inspection alone. Raises: FormatFault ``layout.rule``, ``json.*``."""
    return Item(*_item(node))


def _item(node: Node) -> tuple[str, tuple[Rule, ...], tuple[Rule, ...]]:
    return (
        read_name(node),
        parse_rules(node.given("expected_materials")),
        parse_rules(node.given("expected_products")),
    )


def _words(node: Node | None) -> tuple[str, ...]:
    return tuple(word.text() for word in node.items()) if node is not None else ()


def _check(layout: Layout, node: Node) -> None:
    """The layout asks for something, and each name is one item's."""
    if not layout.steps:
        raise node.field("steps").fault("layout.empty", "a layout without steps requires nothing")
    names = [item.name for item in (*layout.steps, *layout.inspections)]
    for name in names:
        if names.count(name) > 1:
            raise node.fault("layout.name", f"two steps or inspections are called {shown(name)}")
