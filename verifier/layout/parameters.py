"""Parameters of a layout filled in: ``{name}`` in its rules and expected commands.

A value stands for itself: what is a wildcard in a pattern is none in a value. A placeholder that nobody fills leaves
the layout without a meaning, and is refused: ``DISALLOW {name}`` would forbid nothing.

Spec: in-toto specification, section 4.3 (parameter substitution is left to the implementation); decision 0048
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from attestations.layouts.expressions import Comparison, Literal, Member, Operand
from attestations.layouts.parts import ExpectedPredicate, Item, Layout, Step
from attestations.layouts.rules import MatchRule, PathRule, Rule

from ..faults import CheckFault
from .patterns import literal

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_-]+)\}", re.ASCII)

Parameters = Mapping[str, str]


def filled(layout: Layout, parameters: Parameters) -> Layout:
    """`layout` with every placeholder in its steps and inspections filled in.

    Raises:
        CheckFault: ``layout.parameter_missing``.
    """
    return replace(
        layout,
        steps=tuple(_item(step, parameters) for step in layout.steps),
        inspections=tuple(_item(inspection, parameters) for inspection in layout.inspections),
    )


_Each = TypeVar("_Each", bound=Item)


def _item(item: _Each, parameters: Parameters) -> _Each:
    return replace(
        item,
        materials=tuple(_rule(rule, parameters) for rule in item.materials),
        products=tuple(_rule(rule, parameters) for rule in item.products),
        command=tuple(fill(word, parameters) for word in getattr(item, "command", ())),
        **_expected(item, parameters),
    )


def _expected(item: Item, parameters: Parameters) -> dict[str, tuple[ExpectedPredicate, ...]]:
    if not isinstance(item, Step):
        return {}
    return {"predicates": tuple(_predicate(predicate, parameters) for predicate in item.predicates)}


def _predicate(predicate: ExpectedPredicate, parameters: Parameters) -> ExpectedPredicate:
    """A value is filled in where a text stands, after the expression was read: it cannot be more than a text."""
    attributes = (
        replace(
            attribute,
            text=fill(attribute.text, parameters),
            comparison=Comparison(
                _operand(attribute.comparison.left, parameters),
                attribute.comparison.equal,
                _operand(attribute.comparison.right, parameters),
            ),
        )
        for attribute in predicate.attributes
    )
    return replace(predicate, attributes=tuple(attributes))


def _operand(operand: Operand, parameters: Parameters) -> Operand:
    if isinstance(operand, Member):
        return operand
    if isinstance(operand.value, tuple):
        return Literal(tuple(_text(value, parameters) for value in operand.value))
    return Literal(_text(operand.value, parameters))


def _text(value: Any, parameters: Parameters) -> Any:
    return fill(value, parameters) if isinstance(value, str) else value


def _rule(rule: Rule, parameters: Parameters) -> Rule:
    if isinstance(rule, PathRule):
        spelled = str if rule.verb == "REQUIRE" else literal
        return PathRule(rule.verb, fill(rule.pattern, parameters, spelled))
    return MatchRule(
        fill(rule.pattern, parameters, literal),
        fill(rule.source_prefix, parameters),
        rule.kind,
        fill(rule.prefix, parameters),
        rule.step,
    )


def fill(text: str, parameters: Parameters, spelled: Callable[[str], str] = str) -> str:
    """`text` with its placeholders filled in, each value as `spelled` writes it. Raises as `filled`."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in parameters:
            raise CheckFault(
                "layout.parameter_missing",
                f"the layout asks for {found[0]}, and the policy does not say what it is",
                expected=f"parameters.{found[1]}",
            )
        return spelled(parameters[found[1]])

    return _PLACEHOLDER.sub(value, text)
