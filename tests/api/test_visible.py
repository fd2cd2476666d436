"""Foreign text reaches a terminal as text and as nothing else (T99)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.render.visible import columns, visible

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=60)


@given(ANYTHING, st.sampled_from(["utf-8", "ascii", "latin-1", "cp1252", "cp437"]))
def test_t99_nothing_but_text_the_terminal_has_is_shown(text: str, encoding: str) -> None:
    shown = visible(text, encoding)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode(encoding)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stands_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\rb\nc\td", "a\\x0db\\x0ac\\x09d"),
        ("evil\u202eexe.txt", "evil\\u202eexe.txt"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("no\u00a0break", "no\\xa0break"),
        ("\x9b31m", "\\x9b31m"),
        ("caf\udce9", "caf\\xe9"),
        ("\U000e0041", "\\U000e0041"),
        ("Überprüfung 日本語", "Überprüfung 日本語"),
    ],
)
def test_t99_what_is_no_letter_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_an_encoding_that_lacks_a_letter_gets_it_written_out() -> None:
    assert visible("é日", "ascii") == "\\xe9\\u65e5"


def test_an_unknown_encoding_gets_ascii() -> None:
    assert visible("é", "no-such-encoding") == "\\xe9"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ＡＢ", 4), ("", 0)])
def test_columns_are_those_of_a_terminal(text: str, width: int) -> None:
    assert columns(text) == width
