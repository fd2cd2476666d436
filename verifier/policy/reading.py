"""The small readers that the files of this package share: expectations, optional keys, refusals with a place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TypeVar

from attestations.strict_json import Node, shown

from ..faults import PolicyFault
from .model import Exact, Expected, Pattern

_Read = TypeVar("_Read")


def refusal(node: Node, reason: str, detail: str, expected: str | None = None) -> PolicyFault:
    """A fault about the value at `node`, for the caller to raise."""
    value = node.value
    actual = shown(value) if isinstance(value, dict | list | int) else str(value)[:120]
    return PolicyFault(reason, detail, place=node.place, expected=expected, actual=actual)


def optional(node: Node, name: str, read: Callable[[Node], _Read]) -> _Read | None:
    """What `read` makes of the key `name`, None where it is absent."""
    found = node.get(name)
    return read(found) if found is not None else None


def items(node: Node, name: str) -> tuple[Node, ...]:
    """The elements of the array `name`, none where it is absent."""
    found = node.get(name)
    return tuple(found.items()) if found is not None else ()


def in_order(node: Node) -> list[tuple[str, Node]]:
    """The members of an object by their names, as the canonical form has them: a policy's own order says nothing.

    Otherwise the same policy, read from its file and from a record, would come to its reasons in another order.
    """
    return sorted(node.members(), key=lambda member: member[0])


def texts(node: Node, name: str) -> tuple[str, ...]:
    """The strings of the array `name`, none where it is absent."""
    return tuple(item.text() for item in items(node, name))


def expected(node: Node) -> Expected:
    """An expected text: a string, or ``{ pattern = '^…$' }``."""
    if isinstance(node.value, dict):
        node.only("pattern")
        return Pattern(node.field("pattern").text())
    return Exact(node.text())


_AGE = re.compile(r"([1-9][0-9]{0,5})([dhs])\Z")
_UNITS = {"d": "days", "h": "hours", "s": "seconds"}


def age(node: Node) -> datetime.timedelta:
    """A length of time: a number of days, hours or seconds."""
    if not (parts := _AGE.match(node.text())):
        raise refusal(node, "policy.value", "not an age", "a number and d, h or s: 90d")
    return datetime.timedelta(**{_UNITS[parts[2]]: int(parts[1])})
