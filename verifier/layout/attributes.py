"""What a statement must say beside its artifacts: the comparisons of a layout over attestations.

A member that is not there satisfies nothing, whatever it is compared with, unless the layout lets it be absent (T65). A
value of another type is another value.

Spec: ITE-10, "expectedAttributes"
"""

from __future__ import annotations

from typing import Any

from attestations.faults import Place
from attestations.layouts.expressions import Literal, Member, Operand
from attestations.layouts.parts import Attribute
from attestations.statements import Statement
from attestations.strict_json import escape_pointer, shown

from ..checks.check import Met
from ..faults import CheckFault


class _Absent(Exception):
    """A path that leads to nothing; its argument is the JSON pointer."""


def check_attribute(attribute: Attribute, statement: Statement) -> Met:
    """`statement` says what `attribute` expects.

    Raises:
        CheckFault: ``layout.attribute``, ``layout.attribute_absent``.
    """
    comparison = attribute.comparison
    try:
        left, right = _value(comparison.left, statement), _value(comparison.right, statement)
    except _Absent as absent:
        if attribute.optional:
            return Met("a member that may be absent is absent", attribute.text)
        (pointer,) = absent.args
        raise CheckFault(
            "layout.attribute_absent",
            "the statement does not have a member that the layout expects",
            place=Place(pointer=pointer),
            expected=attribute.text,
        ) from None
    if _same(left, right) is not comparison.equal:
        raise CheckFault(
            "layout.attribute",
            "the statement says something else than the layout expects",
            place=Place(pointer=_pointer(comparison.left) or _pointer(comparison.right)),
            expected=attribute.text,
            actual=shown(right if isinstance(comparison.left, Literal) else left),
        )
    return Met("the statement says what the layout expects", attribute.text)


def _value(operand: Operand, statement: Statement) -> Any:
    if isinstance(operand, Literal):
        return operand.value
    value: Any = {
        "subject": [subject.name for subject in statement.subjects],
        "predicateType": statement.predicate_type,
        "predicate": statement.predicate,
    }
    for name in operand.path:
        if not isinstance(value, dict) or name not in value:
            raise _Absent(_pointer(operand))
        value = value[name]
    if not operand.sized:
        return value
    if not isinstance(value, str | list | dict):
        raise _Absent(_pointer(operand))
    return len(value)


def _pointer(operand: Operand) -> str | None:
    return "".join(f"/{escape_pointer(name)}" for name in operand.path) if isinstance(operand, Member) else None


def _same(left: Any, right: Any) -> bool:
    """Equal and of one type: JSON's true is not its 1."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and left == right
