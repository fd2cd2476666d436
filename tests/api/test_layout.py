"""Lines are never wider than the terminal, and nothing is lost in breaking them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.render.layout import Look, row, wrap
from api.render.visible import columns

WORDS = st.text(st.sampled_from("ab日é /-."), max_size=200)


@given(WORDS, st.integers(min_value=2, max_value=90))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    assert all(columns(line) <= width for line in wrap(text, width))


@given(WORDS, st.integers(min_value=2, max_value=90))
def test_breaking_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


@given(WORDS, st.integers(min_value=40, max_value=120), st.sampled_from(["", "failed", "not assessed"]))
def test_a_row_keeps_to_the_width(text: str, width: int, label: str) -> None:
    assert all(columns(line) <= width for line in row(label, text, Look(width)))


def test_words_stay_whole_where_they_can() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]


def test_a_word_wider_than_the_line_is_broken_inside() -> None:
    assert wrap("x abcdefgh y", 4) == ["x", "abcd", "efgh", "y"]


def test_colour_is_laid_over_the_same_text() -> None:
    plain = list(row("failed", "some text", Look()))
    painted = list(row("failed", "some text", Look(colour=True), colour="red"))
    assert [line.replace("\x1b[31m", "").replace("\x1b[0m", "") for line in painted] == plain != painted


def test_a_foreign_value_is_bounded() -> None:
    assert len(Look().clean("x" * 10_000)) == 400
