"""Layouts: who may do which step of a supply chain, and the rules that its artifacts obey.

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

from msgspec import Struct

from ..limits import Limits
from ..strict_json import Node, loads, shown
from .keys import LayoutKey, parse_keys
from .rules import Rule, parse_rules

TYPE = "layout"


class Item(Struct, frozen=True):
    """What steps and inspections share: a name, and the rules of what went in and what came out."""

    name: str
    materials: tuple[Rule, ...]
    products: tuple[Rule, ...]


class Step(Item, frozen=True):
    """A step: the key ids of those who may do it, how many of them must, and the command expected of them.

    `certified` says that the layout lets holders of certificates do it as well, which are not read here.
    """

    keyids: tuple[str, ...] = ()
    threshold: int = 1
    command: tuple[str, ...] = ()
    certified: bool = False


class Inspection(Item, frozen=True):
    """A command that the layout's owner would have the verifier run. It is shown, and never run."""

    command: tuple[str, ...] = ()


class Layout(Struct, frozen=True):
    """A layout as it stands, after its signature verified. `expires` is aware, UTC."""

    expires: datetime.datetime
    keys: tuple[LayoutKey, ...]
    steps: tuple[Step, ...]
    inspections: tuple[Inspection, ...]


def parse_layout(data: bytes, *, source: str, limits: Limits) -> Layout:
    """The layout in JSON bytes.

    Raises:
        FormatFault: ``layout.empty`` (T62), ``layout.rule``, ``layout.name``, ``layout.unsupported``, ``json.*``.
        LimitFault: ``limit.statement``, ``limit.steps``, ``limit.depth``.
    """
    limits.check("statement", len(data))
    node = Node(loads(data, source=source, limits=limits), source)
    _known(node, _LAYOUT)
    if node.field("_type").text() != TYPE:
        raise node.field("_type").fault("json.value", "not a layout", expected=TYPE)
    layout = Layout(
        expires=_moment(node.field("expires")),
        keys=parse_keys(node.field("keys")),
        steps=_steps(node.field("steps"), limits),
        inspections=_inspections(node.given("inspect"), limits),
    )
    _check(layout, node)
    return layout


_ITEM = ("_type", "name", "expected_materials", "expected_products")
_STEP = (*_ITEM, "pubkeys", "threshold", "expected_command", "cert_constraints")
_INSPECTION = (*_ITEM, "run")
_LAYOUT = ("_type", "expires", "readme", "keys", "steps", "inspect", "rootcas", "intermediatecas")


def _known(node: Node, names: tuple[str, ...]) -> None:
    for name, member in node.members():
        if name not in names:
            raise member.fault(
                "layout.unsupported", f"a member that is not known: {shown(name)}", expected=", ".join(names)
            )


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


def _steps(node: Node, limits: Limits) -> tuple[Step, ...]:
    limits.check("steps", len(node.array()), node.place)
    return tuple(_step(item) for item in node.items())


def _step(node: Node) -> Step:
    _known(node, _STEP)
    constraints = node.given("cert_constraints")
    return Step(
        *_item(node),
        keyids=tuple(keyid.text() for keyid in node.field("pubkeys").items()),
        threshold=_threshold(node.field("threshold")),
        command=_words(node.given("expected_command")),
        certified=constraints is not None and bool(constraints.array()),
    )


def _threshold(node: Node) -> int:
    if node.integer() < 1:
        raise node.fault("json.value", "a threshold below 1 asks for nothing", expected="1 or more")
    return node.integer()


def _inspections(node: Node | None, limits: Limits) -> tuple[Inspection, ...]:
    if node is None:
        return ()
    limits.check("steps", len(node.array()), node.place)
    return tuple(_inspection(item) for item in node.items())


def _inspection(node: Node) -> Inspection:
    _known(node, _INSPECTION)
    return Inspection(*_item(node), command=_words(node.given("run")))


def parse_item(node: Node) -> Item:
    """The name and rules of a step or an inspection alone. Raises: FormatFault ``layout.rule``, ``json.*``."""
    return Item(*_item(node))


def _item(node: Node) -> tuple[str, tuple[Rule, ...], tuple[Rule, ...]]:
    name = node.field("name")
    if not name.text() or not name.text().isprintable():
        raise name.fault("layout.name", "a step or inspection without a name that can be printed")
    return name.text(), parse_rules(node.given("expected_materials")), parse_rules(node.given("expected_products"))


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
