"""Patterns over paths: one dialect, matched in linear time, and the library's where both mean something."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault
from verifier.layout.patterns import MAX_PATTERN, compile_path_pattern, literal

PATHS = st.text("ab/.-", max_size=12)
PIECES = st.sampled_from(["*", "?", "a", "b", "/", ".", "-", "[ab]", "[!a]", "[a-b]", "[!a-]", "[]a]"])


def matches(pattern: str, path: str) -> bool:
    return compile_path_pattern(pattern).matches(path)


@given(st.lists(PIECES, min_size=1, max_size=8).map("".join).filter(lambda text: "**" not in text), PATHS)
def test_it_is_what_the_library_means(pattern: str, path: str) -> None:
    assert matches(pattern, path) == bool(re.match(fnmatch.translate(pattern), path))


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join).filter(lambda text: "**" not in text), PATHS)
def test_any_case_meets_at_least_what_one_case_meets(pattern: str, path: str) -> None:
    compiled = compile_path_pattern(pattern)
    assert compiled.matches(path, any_case=True) or not compiled.matches(path)
    assert compiled.matches(path, any_case=True) == compiled.matches(path.upper(), any_case=True)


@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\\").filter(str.isprintable),
        min_size=1,
        max_size=20,
    )
)
def test_a_literal_matches_itself_and_nothing_else(text: str) -> None:
    assert matches(literal(text), text)
    assert not matches(literal(text), text + "x")
    assert not matches(literal(text), text[:-1])


@pytest.mark.parametrize("pattern", ["[!e]*", "[^e]*"])
@pytest.mark.parametrize(("path", "met"), [("endpoint", False), ("^x", True), ("!x", True), ("a", True)])
def test_t68_both_signs_of_negation_mean_the_same(pattern: str, path: str, met: bool) -> None:
    assert matches(pattern, path) is met


@pytest.mark.parametrize(
    "pattern", ["", "**", "a**b", r"a\*", "[a", "[", "[b-a]", "[!]", "a\nb", "x" * (MAX_PATTERN + 1)]
)
def test_t68_what_tools_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(FormatFault) as caught:
        compile_path_pattern(pattern)
    assert caught.value.reason == "layout.pattern"


def test_t98_no_pattern_makes_a_path_cost_more_than_its_length_times_the_pattern() -> None:
    """Tried one reading after the other, this takes longer than the universe is old."""
    assert not matches("*a" * 200 + "b", "a" * 5000)


@pytest.mark.parametrize(
    ("pattern", "path", "met"),
    [("Foo", "fOO", True), ("foo", "foo/bar", False), ("*.LOG", "a/debug.log", True), ("[A-Z]", "q", True)],
)
def test_t67_disallow_looks_past_case(pattern: str, path: str, met: bool) -> None:
    assert compile_path_pattern(pattern).matches(path, any_case=True) is met
