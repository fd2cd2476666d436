"""What a layout expects of an attestation's members: comparisons, of a small part of CEL.

    predicate.builder.id == 'https://…'     size(predicate.failedTests) == 0     predicate.command == ['git', 'clone']

A side is a path from ``subject``, ``predicateType`` or ``predicate``; the `size` of what stands there; or a literal:
text in either quote, an integer, true, false, or a list of these. Anything else of CEL is refused, and never half
understood.

Spec: ITE-10 and ITE-11, https://github.com/in-toto/ITE; CEL, https://github.com/cel-expr/cel-spec
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from ..strict_json import Node


class Member(Struct, frozen=True):
    """The value at a path of names, or how many elements it has where `sized`."""

    path: tuple[str, ...]
    sized: bool = False


class Literal(Struct, frozen=True):
    """Text, an integer, a boolean, or a list of them as a tuple."""

    value: Any


Operand = Member | Literal


class Comparison(Struct, frozen=True):
    """Two sides that must be equal, or must not be."""

    left: Operand
    equal: bool
    right: Operand


_TOKEN = re.compile(r"\s*(?:('[^'\\]*'|\"[^\"\\]*\")|(-?[0-9]{1,15})|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|[\[\](),.]))")
_ROOTS = ("subject", "predicateType", "predicate")
_FORM = "a comparison by == or != of paths, size(path), texts, integers, true, false and lists"


class _Reader(Struct):
    """How far one expression is read."""

    tokens: list[str]
    at: int = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        found = self.peek()
        if not found or (wanted and found not in wanted):
            raise ValueError(found)
        self.at += 1
        return found


def parse_expression(node: Node) -> Comparison:
    """The comparison that a text spells. Raises: FormatFault ``layout.expression``, ``json.type``."""
    try:
        reader = _Reader(_tokens(node.text()))
        left = _operand(reader)
        comparison = Comparison(left, reader.take("==", "!=") == "==", _operand(reader))
        if reader.peek():
            raise ValueError(reader.peek())
    except ValueError:
        raise node.fault("layout.expression", "an expression that is not read here", expected=_FORM) from None
    return comparison


def _tokens(text: str) -> list[str]:
    tokens = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(text)
        tokens.append(found[found.lastindex or 0])
        position = found.end()
    return tokens


def _operand(reader: _Reader) -> Operand:
    first = reader.peek()
    if first == "[":
        return Literal(tuple(_list(reader)))
    if first == "size":
        reader.take()
        reader.take("(")
        path = _path(reader)
        reader.take(")")
        return Member(path, sized=True)
    if first in _ROOTS:
        return Member(_path(reader))
    return Literal(_scalar(reader))


def _path(reader: _Reader) -> tuple[str, ...]:
    names = [reader.take(*_ROOTS)]
    while reader.peek() == ".":
        reader.take()
        names.append(_name(reader.take()))
    return tuple(names)


def _name(token: str) -> str:
    if not token.isidentifier():
        raise ValueError(token)
    return token


def _list(reader: _Reader) -> list[Any]:
    values = []
    reader.take("[")
    while reader.peek() != "]":
        values.append(_scalar(reader))
        if reader.peek() != "]":
            reader.take(",")
    reader.take("]")
    return values


def _scalar(reader: _Reader) -> Any:
    token = reader.take()
    if token in ("true", "false"):
        return token == "true"
    if token[0] in "'\"":
        return token[1:-1]
    return int(token)
