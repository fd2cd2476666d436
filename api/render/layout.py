"""Rows of a screen: a label, then text that is broken into lines no wider than the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from .visible import columns, visible

LABEL_WIDTH = 8
"""Columns that labels fill, so that what follows them lines up; longer labels push their text to the right."""

MARGIN = "  "
LONGEST_VALUE = 400
"""Characters of one foreign value that a screen shows; the report holds the whole."""

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "magenta": 35, "bold": 1, "dim": 2}


class Look(Struct, frozen=True):
    """What the reader's terminal can show: columns, colour, and the encoding of its characters."""

    width: int = 80
    colour: bool = False
    encoding: str = "utf-8"

    @property
    def ellipsis(self) -> str:
        return self.sign("…", "...")

    def sign(self, wanted: str, plain: str) -> str:
        """`wanted`, or `plain` where the terminal's encoding cannot carry it."""
        try:
            wanted.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return plain
        return wanted

    def clean(self, text: str) -> str:
        """Foreign text, safe to show and cut to `LONGEST_VALUE`."""
        if len(text) > LONGEST_VALUE:
            text = text[: LONGEST_VALUE - 1] + "…"
        return visible(text.replace("…", self.ellipsis), self.encoding)

    def paint(self, text: str, colour: str) -> str:
        """`text` in a colour, where the terminal shows colours. What it says never depends on that."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.colour and text.strip() else text


def row(label: str, text: str, look: Look, *, colour: str = "bold") -> Iterator[str]:
    """A label and its text, over as many lines as it takes."""
    padded = label.ljust(LABEL_WIDTH) + " " if len(label) <= LABEL_WIDTH else label + "  "
    yield from hang(MARGIN + look.paint(padded, colour), len(MARGIN) + len(padded), text, look.width)


def headline(first: str, width: int, name: str, facts: str, look: Look) -> Iterator[str]:
    """`first`, which fills `width` columns, a name and facts about it, on one line where it takes them."""
    if width + columns(name) + columns(facts) + 4 <= look.width:
        yield f"{first}  {name}  {facts}".rstrip()
        return
    yield from hang(f"{first}  ", width + 2, name, look.width)
    yield MARGIN + facts


def hang(first: str, indent: int, text: str, width: int) -> Iterator[str]:
    """`text` behind `first`, which fills `indent` columns; further lines stand under the text."""
    for number, line in enumerate(wrap(text, max(width - indent, 16))):
        yield ((first if number == 0 else " " * indent) + line).rstrip()


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken between words, and inside a word only where one is wider.

    At least one line.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if columns(joined) <= width:
            line = joined
            continue
        if line.strip():
            lines.append(line.rstrip())
        *whole, line = _pieces(word, width)
        lines.extend(whole)
    lines.append(line)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    pieces, piece, filled = [], "", 0
    for character in word:
        step = columns(character)
        if filled + step > width:
            pieces.append(piece)
            piece, filled = "", 0
        piece += character
        filled += step
    return [*pieces, piece]
