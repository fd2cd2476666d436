"""Attributes of layouts over attestations: a small language, read whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import DigestSet
from attestations.faults import Fault, FormatFault
from attestations.layouts.expressions import Comparison, parse_expression
from attestations.layouts.parts import Attribute
from attestations.statements import Statement, Subject
from attestations.strict_json import Node
from verifier.layout.attributes import check_attribute

STATEMENT = Statement(
    "https://in-toto.io/Statement/v1",
    (Subject("a", DigestSet(())), Subject("b", DigestSet(()))),
    "https://example.com/type",
    {"text": "it's", "number": 1, "yes": True, "list": ["git", "clone"], "none": None, "inner": {"a": {}}},
)


def parse(text: str) -> Comparison:
    return parse_expression(Node(text))


def check(text: str, *, optional: bool = False) -> str:
    """The reason of the refusal, "" where it holds."""
    try:
        check_attribute(Attribute(text, parse(text), optional, warns=False), STATEMENT)
    except Fault as fault:
        return fault.reason
    return ""


@pytest.mark.parametrize(
    "text",
    [
        'predicate.text == "it\'s"',
        "predicate.text != 'other'",
        "'https://example.com/type' == predicateType",
        "predicate.number == 1",
        "predicate.yes == true",
        "predicate.list == ['git', 'clone']",
        "predicate.list != ['git']",
        "size(predicate.list) == 2",
        "size(predicate.inner.a)==0",
        "size(subject) != 0",
        "subject == ['a', 'b']",
        "predicate.inner.a == predicate.inner.a",
    ],
)
def test_what_holds(text: str) -> None:
    assert check(text) == ""
    negated = text.replace("==", "§").replace("!=", "==").replace("§", "!=")
    assert check(negated) == "layout.attribute"


@pytest.mark.parametrize(
    "text", ["predicate.number == true", "predicate.yes == 1", "predicate.number == '1'", "predicate.list == 'git'"]
)
def test_a_value_of_another_type_is_another_value(text: str) -> None:
    assert check(text) == "layout.attribute"


@pytest.mark.parametrize(
    "text",
    [
        "predicate.absent == 'x'",
        "predicate.absent != 'x'",
        "predicate.text.deeper == 'x'",
        "predicate.inner.b == predicate.inner.b",
        "size(predicate.absent) == 0",
        "size(predicate.number) == 0",
        "size(predicate.none) == 0",
    ],
)
def test_t65_what_is_absent_satisfies_nothing_unless_it_may_be_absent(text: str) -> None:
    assert check(text) == "layout.attribute_absent"
    assert check(text, optional=True) == ""


def test_t65_what_is_there_and_wrong_is_refused_though_it_may_be_absent() -> None:
    assert check("predicate.text == 'x'", optional=True) == "layout.attribute"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "true",
        "predicate.a",
        "predicate.a = 'x'",
        "predicate.a == 'x' && predicate.b == 'y'",
        "predicate.a == 'x' || true",
        "!(predicate.a == 'x')",
        "predicate.a.startsWith('x')",
        "predicate['a'] == 'x'",
        "predicate.a in ['x']",
        "predicate.a == 1.5",
        r"predicate.a == 'it\'s'",
        "predicate.a == 'x",
        "predicate. == 'x'",
        "predicate.1 == 'x'",
        "environment.a == 'x'",
        "size(1) == 1",
        "predicate.a == [['x']]",
        "predicate.a == 'x' 'y'",
        "predicate.a == 99999999999999999999",
    ],
)
def test_any_other_expression_is_refused_whole(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse(text)
    assert caught.value.reason == "layout.expression"


PIECES = st.sampled_from(
    ["predicate", ".", "a", "==", "!=", "'x'", '"', "[", "]", ",", "size", "(", ")", "1", "-", "true", " ", "subject"]
)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        comparison = parse(text)
    except FormatFault as fault:
        assert fault.reason == "layout.expression"
    else:
        assert isinstance(comparison, Comparison)
        assert check(text) in ("", "layout.attribute", "layout.attribute_absent")


@given(st.text(st.characters(exclude_characters="'\\", exclude_categories=["Cs"]), max_size=20))
def test_a_text_in_quotes_is_itself(text: str) -> None:
    value: Any = parse(f"predicate.a == '{text}'").right
    assert value.value == text
