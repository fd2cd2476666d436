"""What goes wrong while evidence is read, checked or judged: one typed refusal.

    Fault                   anything that evidence, policy or trust can do to us
    ├── FormatFault         the bytes are not what their format asks for
    │   └── LimitFault      they are larger, deeper or more than a stated limit
    └── (verifier.faults)   refusals that need cryptography, trust or policy

A `Fault` names its reason by a stable code, ``area.what``. The code alone says what follows: `verifier/reasons.toml`
maps it to exactly one outcome, a title and a remedy. The text of a fault is for people and is never matched.

Misuse of our own functions raises `ValueError` or `TypeError`, which nobody catches below `api`.
"""

from __future__ import annotations

from msgspec import Struct


class Place(Struct, frozen=True):
    """Where in a piece of evidence something stands.

    `source` is the name people gave the evidence (a file name, with ``:3`` for the third line of JSON lines);
    `pointer` is an RFC 6901 JSON pointer, "" being the whole document; `offset` counts bytes from 0.
    At most one of the two is set.
    """

    source: str = ""
    pointer: str | None = None
    offset: int | None = None

    def __str__(self) -> str:
        if self.pointer is not None:
            return f"{self.source}#{self.pointer}"
        if self.offset is not None:
            return f"{self.source}@{self.offset}"
        return self.source

    def within(self, source: str, prefix: str = "") -> Place:
        """The same place, seen from a document that holds this one at the JSON pointer `prefix`."""
        pointer = prefix + self.pointer if self.pointer is not None else (prefix or None)
        offset = self.offset if pointer is None else None
        return Place(source, pointer, offset)


class Fault(Exception):
    """A refusal: why (`reason`), in words (`detail`), where (`place`), and what was wanted and found instead."""

    def __init__(
        self,
        reason: str,
        detail: str,
        *,
        place: Place | None = None,
        expected: str | None = None,
        actual: str | None = None,
    ) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.place = place if place is not None else Place()
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        where = f"{self.place}: " if str(self.place) else ""
        return f"{where}{self.detail} [{self.reason}]"

    def at(self, place: Place) -> Fault:
        """This fault, placed; for a caller that knows the source where the raiser knew only the pointer."""
        self.place = place
        return self


class FormatFault(Fault):
    """The bytes are not what the format they claim asks for."""


class LimitFault(FormatFault):
    """A stated limit is overstepped: `reason` is ``limit.<name>``, `expected` the limit, `actual` what was met."""
