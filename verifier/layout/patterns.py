r"""Patterns over artifact paths: the one dialect of this evaluator, matched in linear time (T68, T98).

    *        any run of characters, slashes among them, or none
    ?        any one character
    [abc]    one of these; [a-z] one of a range; [!abc] and [^abc] both one that is none of these
    else     itself

A class ends at the first ``]`` that is not its first character. A class without an end, an empty range, a backslash and
``**`` mean one thing here and another there, and are refused; so is what could match no path.

Spec: in-toto specification, section 4.3.3.1, which leaves the dialect open; decision 0046
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from msgspec import Struct

from attestations.faults import FormatFault
from attestations.strict_json import shown

MAX_PATTERN = 512
"""Characters of a pattern."""

_FORMS = "*, ?, [a-z], [!a-z] and characters that stand for themselves"


class _Token(Struct, frozen=True):
    """One character of a path: any at all, or one inside (`negated`: outside) of `ranges`."""

    ranges: tuple[tuple[str, str], ...] | None
    negated: bool = False

    def holds(self, character: str) -> bool:
        if self.ranges is None:
            return True
        return any(first <= character <= last for first, last in self.ranges) is not self.negated


class PathPattern(Struct, frozen=True):
    """A pattern ready to match: its tokens, and before which of them any run may stand (one bit each)."""

    tokens: tuple[_Token, ...]
    stars: int

    def matches(self, path: str, *, any_case: bool = False) -> bool:
        """Whether the whole of `path` matches, or what it is in another case.

        Follows all readings at once, one bit each: nothing is tried and taken back.
        """
        states = 1
        masks: dict[str, int] = {}
        for character in path:
            mask = masks.get(character)
            if mask is None:
                variants = {character, character.lower(), character.upper()} if any_case else {character}
                mask = sum(1 << index for index, token in enumerate(self.tokens) if any(map(token.holds, variants)))
                masks[character] = mask
            states = ((states & mask) << 1) | (states & self.stars)
            if not states:
                return False
        return bool(states >> len(self.tokens) & 1)


@functools.lru_cache(maxsize=1024)
def compile_path_pattern(text: str) -> PathPattern:
    """The matcher of a pattern. A cache of a pure function changes no result.

    Raises:
        FormatFault: ``layout.pattern``.
    """
    if not text or len(text) > MAX_PATTERN or "\\" in text or "**" in text or not text.isprintable():
        raise _malformed(text)
    stars = 0
    tokens: list[_Token] = []
    for token in _tokens(text):
        if token is None:
            stars |= 1 << len(tokens)
        else:
            tokens.append(token)
    return PathPattern(tuple(tokens), stars)


def _tokens(text: str) -> Iterator[_Token | None]:
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            yield None
        elif character == "?":
            yield _Token(None)
        elif character == "[":
            end = text.find("]", position + (2 if text[position : position + 1] in ("!", "^") else 1))
            if end < 0:
                raise _malformed(text)
            yield _class(text[position:end], text)
            position = end + 1
        else:
            yield _Token(((character, character),))


def _class(inside: str, text: str) -> _Token:
    negated = inside[0] in "!^"
    members = inside[1:] if negated else inside
    ranges = []
    position = 0
    while position < len(members):
        first = last = members[position]
        if members[position + 1 : position + 2] == "-" and position + 2 < len(members):
            last = members[position + 2]
            position += 2
        if last < first:
            raise _malformed(text)
        ranges.append((first, last))
        position += 1
    return _Token(tuple(ranges), negated)


def _malformed(text: str) -> FormatFault:
    return FormatFault("layout.pattern", f"not a pattern over paths: {shown(text)}", expected=_FORMS)


def literal(text: str) -> str:
    """A pattern that `text` alone matches, whatever characters it has."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)
