"""The language of patterns: from text to pieces. What it means, and why it is so small: `patterns`.

pattern   = "^" sequence "$"
sequence  = *(atom [quantifier])
atom      = literal / "\\" punctuation / "." / class / "(" sequence *("|" sequence) ")"
class     = "[" ["^"] 1*(literal / range / "\\" punctuation) "]"
quantifier = "*" / "+" / "?" / "{" n "}" / "{" n "," [m] "}"
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ..faults import PolicyFault

MAX_LENGTH = 1024
"""Characters of a pattern; the longest identity of a public CA that we know is under 300."""

MAX_NESTING = 16
"""Groups within groups."""

_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SPECIAL = frozenset("^$.*+?{}[]()|\\")
_QUANTIFIERS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class CharacterSet(Struct, frozen=True):
    """Characters by inclusive code point ranges; `negated` turns it round."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def holds(self, character: str) -> bool:
        """Whether `character` is one of them."""
        return self.negated != any(low <= character <= high for low, high in self.ranges)

    @property
    def character(self) -> str | None:
        """The one character that is held, None where there may be others."""
        if self.negated or len(self.ranges) != 1 or self.ranges[0][0] != self.ranges[0][1]:
            return None
        return self.ranges[0][0]


class Choice(Struct, frozen=True):
    """One of several sequences."""

    branches: tuple[tuple[Piece, ...], ...]


class Repeat(Struct, frozen=True):
    """An atom at least `least` and at most `most` times; None is without end."""

    atom: CharacterSet | Choice
    least: int
    most: int | None


Piece = CharacterSet | Choice | Repeat

_ANY = CharacterSet((("\n", "\n"),), negated=True)


class _Reader(Struct):
    """A recursive descent over the text of one pattern."""

    text: str
    at: int = 0
    depth: int = 0

    def refuse(self, why: str) -> PolicyFault:
        return PolicyFault("policy.pattern", f"{why}, at character {self.at + 1}", actual=self.text)

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        character = self.next
        self.at += 1
        return character

    def sequence(self, end: str) -> tuple[Piece, ...]:
        pieces: list[Piece] = []
        while self.next and self.next not in end:
            pieces.append(self.quantified(self.atom()))
        return tuple(pieces)

    def atom(self) -> CharacterSet | Choice:
        character = self.take()
        if character == "(":
            return self.group()
        if character == "[":
            return self.characters()
        if character == ".":
            return _ANY
        if character == "\\":
            character = self.escaped()
        elif character in _SPECIAL:
            self.at -= 1
            raise self.refuse(f"{character!r} has no meaning here; write \\{character} for the character itself")
        return CharacterSet(((character, character),))

    def escaped(self) -> str:
        character = self.take()
        if character not in _PUNCTUATION:
            raise self.refuse(f"\\{character} is not part of the pattern language; only punctuation can be escaped")
        return character

    def group(self) -> Choice:
        self.depth += 1
        if self.next == "?":
            raise self.refuse("(? … ) is not part of the pattern language")
        if self.depth > MAX_NESTING:
            raise self.refuse(f"groups are nested more than {MAX_NESTING} deep")
        branches = [self.sequence("|)")]
        while self.next == "|":
            self.take()
            branches.append(self.sequence("|)"))
        if self.take() != ")":
            raise self.refuse("a group is not closed")
        self.depth -= 1
        return Choice(tuple(branches))

    def characters(self) -> CharacterSet:
        if self.next == "!":
            raise self.refuse("[! … ] means different things to different readers; write [^ … ] or [\\! … ]")
        negated = self.next == "^"
        self.at += negated
        ranges: list[tuple[str, str]] = []
        while self.next != "]":
            low = self.member()
            if self.next == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.take()
                high = self.member()
                if low > high:
                    raise self.refuse("a range runs backwards")
            else:
                high = low
            ranges.append((low, high))
        self.take()
        if not ranges:
            raise self.refuse("a class holds nothing")
        return CharacterSet(tuple(ranges), negated)

    def member(self) -> str:
        character = self.take()
        if not character:
            raise self.refuse("a class is not closed")
        if character == "\\":
            return self.escaped()
        if character in "[^&~|" and character != "^":
            raise self.refuse(f"{character!r} in a class must be escaped")
        return character

    def quantified(self, atom: CharacterSet | Choice) -> Piece:
        if self.next in _QUANTIFIERS and self.next:
            least, most = _QUANTIFIERS[self.take()]
        elif self.next == "{":
            least, most = self.counted()
        else:
            return atom
        if self.next and self.next in "*+?{":
            raise self.refuse("two quantifiers in a row")
        return Repeat(atom, least, most)

    def counted(self) -> tuple[int, int | None]:
        self.take()
        close = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : max(close, self.at)].partition(",")
        if close < 0 or not _digits(low) or (high and not _digits(high)):
            raise self.refuse("a repetition is written {n}, {n,} or {n,m}")
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if most is not None and most < least:
            raise self.refuse("a repetition runs backwards")
        self.at = close + 1
        return least, most


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def parse_pattern(text: str) -> tuple[Piece, ...]:
    """The pieces of a pattern, without its anchors.

    Raises:
        PolicyFault: ``policy.pattern`` (not of the language, or too long), ``policy.pattern_unanchored``.
    """
    if len(text) > MAX_LENGTH:
        raise PolicyFault("policy.pattern", "the pattern is too long", expected=f"at most {MAX_LENGTH} characters")
    if len(text) < 2 or text[0] != "^" or text[-1] != "$" or _escaped_end(text):
        detail = "a pattern must begin with ^ and end with $"
        raise PolicyFault("policy.pattern_unanchored", detail, expected="^…$", actual=text)
    reader = _Reader(text[1:-1])
    pieces = reader.sequence("|")
    if reader.next:
        raise reader.refuse("an alternative outside a group is anchored on one side only; put it in ( )")
    return pieces


def _escaped_end(text: str) -> bool:
    before = text[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def literal_prefix(pieces: Sequence[Piece]) -> str:
    """The characters that every match begins with, as far as they are certain; of a reversed sequence, ends with."""
    found = ""
    for piece in pieces:
        if not isinstance(piece, CharacterSet) or piece.character is None:
            break
        found += piece.character
    return found


def escape(text: str) -> str:
    """`text` as a piece of a pattern that matches it to the letter; within a class no range comes of it."""
    return "".join(f"\\{character}" if character in _SPECIAL or character == "-" else character for character in text)
