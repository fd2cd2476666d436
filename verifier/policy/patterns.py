"""Patterns, matched in linear time: no pattern makes a text cost more than its length times the pattern's size (T98).

The language is a small part of regular expressions (`pattern_syntax`). What it accepts means the same in Python's
``re``, in RE2 and in PCRE; what these read differently (``\\d``, ``\\w``, ``[!a]``, lookaround, back references, lazy
quantifiers, flags) is refused. Matching follows all alternatives at once, by Thompson's construction: nothing is tried
and taken back, so nothing can blow up.
"""

from __future__ import annotations

from msgspec import Struct, field

from ..faults import PolicyFault
from .pattern_syntax import CharacterSet, Choice, Piece, literal_prefix, parse_pattern

MAX_STATES = 2048
"""States after counted repetitions are written out: bounds the work per character of the text."""

MAX_TEXT = 4096
"""Characters of a text that any pattern matches: what is matched names a person, a ref or a place, and evidence
chooses how long it is. The longest URL that servers commonly take has 8,000 bytes; no identity or ref comes near."""


class _Automaton(Struct):
    """States by number. A state consumes a character in `sets` and goes on, or goes on to all of `jumps` for free."""

    sets: list[CharacterSet | None] = field(default_factory=list)
    jumps: list[list[int]] = field(default_factory=list)

    def add(self, consumes: CharacterSet | None, *jumps: int) -> int:
        if len(self.sets) >= MAX_STATES:
            raise PolicyFault(
                "policy.pattern",
                "the pattern is too large once its repetitions are written out",
                expected=f"at most {MAX_STATES} states",
            )
        self.sets.append(consumes)
        self.jumps.append(list(jumps))
        return len(self.sets) - 1

    def sequence(self, pieces: tuple[Piece, ...], then: int) -> int:
        """The entry of `pieces` followed by the state `then`; built from the end."""
        for piece in reversed(pieces):
            then = self.piece(piece, then)
        return then

    def piece(self, piece: Piece, then: int) -> int:
        if isinstance(piece, CharacterSet):
            return self.add(piece, then)
        if isinstance(piece, Choice):
            return self.add(None, *(self.sequence(branch, then) for branch in piece.branches))
        if piece.most is None:
            loop = self.add(None, then)
            self.jumps[loop].append(self.piece(piece.atom, loop))
            then = loop
        else:
            end = then
            for _ in range(piece.most - piece.least):
                then = self.add(None, end, self.piece(piece.atom, then))
        for _ in range(piece.least):
            then = self.piece(piece.atom, then)
        return then

    def reach(self, states: set[int]) -> set[int]:
        """All states that can be had from `states` for free."""
        waiting, seen = list(states), set(states)
        while waiting:
            state = waiting.pop()
            if self.sets[state] is None:
                new = [jump for jump in self.jumps[state] if jump not in seen]
                seen.update(new)
                waiting.extend(new)
        return seen


class CompiledPattern(Struct, frozen=True):
    """A pattern ready to match; `prefix` and `suffix` are the literal texts that every match begins and ends with."""

    automaton: _Automaton
    start: int
    end: int
    prefix: str
    suffix: str

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` matches; one that is longer than `MAX_TEXT` matches nothing."""
        if len(text) > MAX_TEXT:
            return False
        states = self.automaton.reach({self.start})
        sets, jumps = self.automaton.sets, self.automaton.jumps
        for character in text:
            states = self.automaton.reach(
                {jumps[state][0] for state in states if (holds := sets[state]) is not None and holds.holds(character)}
            )
            if not states:
                return False
        return self.end in states

    def admissions(self, character: str) -> int:
        """At how many places of the pattern `character` may stand."""
        return sum(1 for one in self.automaton.sets if one is not None and one.holds(character))


def compile_pattern(text: str) -> CompiledPattern:
    """The matcher of a pattern.

    Raises:
        PolicyFault: ``policy.pattern`` (not of the language, or too large), ``policy.pattern_unanchored``.
    """
    pieces = parse_pattern(text)
    automaton = _Automaton()
    end = automaton.add(None)
    start = automaton.sequence(pieces, end)
    return CompiledPattern(automaton, start, end, literal_prefix(pieces), literal_prefix(pieces[::-1])[::-1])
