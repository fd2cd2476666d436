"""The pattern language: the same answer as a regular expression, in linear time, and no word of any other dialect."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.faults import PolicyFault
from verifier.policy.pattern_syntax import MAX_LENGTH, escape
from verifier.policy.patterns import MAX_TEXT, compile_pattern

CHARACTERS = "ab-./@"

ATOMS = st.one_of(
    st.sampled_from(CHARACTERS).map(re.escape).map(lambda text: text.replace(r"\@", "@").replace(r"\/", "/")),
    st.just("."),
    st.sampled_from(["[ab]", "[^a]", "[a-b.]", r"[\-a]", "[@/]"]),
)
QUANTIFIERS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}"])


def _sequences(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(atoms, QUANTIFIERS).map("".join), max_size=4).map("".join)


def _groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return _sequences(st.one_of(ATOMS, st.lists(inner, min_size=1, max_size=2).map(lambda ways: f"({'|'.join(ways)})")))


BODIES = st.recursive(_sequences(ATOMS), _groups, max_leaves=6)


@given(BODIES, st.text(CHARACTERS, max_size=8))
def test_the_answer_is_that_of_a_regular_expression(body: str, text: str) -> None:
    compiled = compile_pattern(f"^{body}$")
    assert compiled.matches(text) == (re.fullmatch(body, text) is not None)


@given(BODIES, st.text(CHARACTERS, max_size=8))
def test_every_match_has_the_literal_ends(body: str, text: str) -> None:
    compiled = compile_pattern(f"^{body}$")
    if compiled.matches(text):
        assert text.startswith(compiled.prefix)
        assert text.endswith(compiled.suffix)


@given(st.text(min_size=1, max_size=20))
def test_an_escaped_text_matches_itself_and_nothing_else(text: str) -> None:
    compiled = compile_pattern(f"^{escape(text)}$")
    assert compiled.matches(text)
    assert not compiled.matches(text + "x")
    assert compiled.prefix == compiled.suffix == text


@pytest.mark.parametrize(
    "body", ["((a+)+)+b", "(a|a)*b", "(a|aa)+b", "(a*)*b", "([ab]*a){9}b", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)=b"]
)
def test_t98_no_pattern_blows_up(body: str) -> None:
    """Each of these takes a backtracking matcher longer than anybody waits, on this text or a little more of it."""
    assert not compile_pattern(f"^{body}$").matches("a" * (MAX_TEXT - 1) + "c")


def test_t98_a_text_longer_than_any_name_matches_nothing() -> None:
    everything = compile_pattern("^.*$")
    assert everything.matches("a" * MAX_TEXT)
    assert not everything.matches("a" * (MAX_TEXT + 1))


@pytest.mark.parametrize("body", ["a{9999}", "((a{99}){99}){9}", "(" * 40 + "a" + ")" * 40, "a" * MAX_LENGTH])
def test_t98_a_pattern_that_costs_too_much_is_refused(body: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        compile_pattern(f"^{body}$")
    assert caught.value.reason == "policy.pattern"


@pytest.mark.parametrize("pattern", ["", "^", "$", "^a", "a$", "a", r"^a\$", "https://github.com/acme"])
def test_t21_a_pattern_is_anchored_at_both_ends(pattern: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        compile_pattern(pattern)
    assert caught.value.reason == "policy.pattern_unanchored"


def test_an_escaped_backslash_at_the_end_is_no_escaped_anchor() -> None:
    assert compile_pattern("^a\\\\$").matches("a\\")


@pytest.mark.parametrize(
    "body",
    [
        "a|b",
        "(?:a)",
        "(?=a)",
        "(?i)a",
        r"\d",
        r"\w+",
        r"\1",
        r"\bx",
        "[!a]",
        "[]",
        "[b-a]",
        "[[:alpha:]]",
        "[a&&b]",
        "a**",
        "a+?",
        "a++",
        "*a",
        "a{2,1}",
        "a{,2}",
        "a{x}",
        "a{",
        "(a",
        "a)",
        "[a",
        "a^b",
        "a$b",
        "a\\",
        "]",
        "}",
    ],
)
def test_t68_what_dialects_read_differently_is_refused(body: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        compile_pattern(f"^{body}$")
    assert caught.value.reason in ("policy.pattern", "policy.pattern_unanchored")


def test_a_dot_is_any_character_but_a_line_break() -> None:
    assert compile_pattern("^a.b$").matches("axb")
    assert not compile_pattern("^a.b$").matches("a\nb")


def test_a_whole_text_matches_or_none() -> None:
    """``$`` is the end, and not the place before a last line break."""
    assert not compile_pattern("^v1$").matches("v1\n")
