"""What layouts are made of, whichever form they are written in: steps, inspections, and what they expect."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from ..limits import Limits
from ..strict_json import Node, shown
from .expressions import Comparison
from .keys import LayoutKey
from .rules import Rule

_Read = TypeVar("_Read")


class Attribute(Struct, frozen=True):
    """What a statement must say: `text` as the layout writes it.

    `optional` lets a statement pass that has no such member; where `warns`, a statement that says otherwise is worth a
    remark and no more.
    """

    text: str
    comparison: Comparison
    optional: bool
    warns: bool


class ExpectedPredicate(Struct, frozen=True):
    """Statements of one type that a step needs: by whom, by how many of them, and what each must say."""

    type: str
    keyids: tuple[str, ...]
    threshold: int
    attributes: tuple[Attribute, ...]


class Item(Struct, frozen=True):
    """What steps and inspections share: a name, and the rules of what went in and what came out."""

    name: str
    materials: tuple[Rule, ...]
    products: tuple[Rule, ...]


class Step(Item, frozen=True):
    """A step: the key ids of those who may do it, how many of them must, and the command expected of them.

    `certified` says that the layout lets holders of certificates do it as well, which are not read here. A step that
    names `predicates` is told by statements of these types and not by links of its own; each says by whom.
    """

    keyids: tuple[str, ...] = ()
    threshold: int = 1
    command: tuple[str, ...] = ()
    certified: bool = False
    predicates: tuple[ExpectedPredicate, ...] = ()


class Inspection(Item, frozen=True):
    """A command that the layout's owner would have the verifier run. It is shown, and never run."""

    command: tuple[str, ...] = ()


class Layout(Struct, frozen=True):
    """A layout as it stands, after its signature verified. `expires` is aware, UTC."""

    expires: datetime.datetime
    keys: tuple[LayoutKey, ...]
    steps: tuple[Step, ...]
    inspections: tuple[Inspection, ...]


def only(node: Node, names: tuple[str, ...]) -> None:
    """Refuse a member that is not known: it may be a constraint. Raises: FormatFault ``layout.unsupported``."""
    for name, member in node.members():
        if name not in names:
            detail = f"a member that is not known: {shown(name)}"
            raise member.fault("layout.unsupported", detail, expected=", ".join(names))


def each(node: Node | None, limits: Limits, read: Callable[[Node], _Read]) -> Iterator[_Read]:
    """What `read` makes of each element; nothing where the array is absent. Raises: LimitFault ``limit.steps``."""
    if node is not None:
        limits.check("steps", len(node.array()), node.place)
        yield from map(read, node.items())


def read_name(node: Node) -> str:
    """The name of a step or an inspection. Raises: FormatFault ``layout.name``."""
    name = node.field("name")
    if not name.text() or not name.text().isprintable():
        raise name.fault("layout.name", "a step or inspection without a name that can be printed")
    return name.text()


def read_threshold(node: Node | None) -> int:
    """A threshold, 1 where it is absent. Raises: FormatFault ``json.value``."""
    if node is None:
        return 1
    if node.integer() < 1:
        raise node.fault("json.value", "a threshold below 1 asks for nothing", expected="1 or more")
    return node.integer()
