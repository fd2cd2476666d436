"""JSON of hostile origin: one reading, or a refusal that says where.

Duplicate keys, NaN, infinities (also ``1e400``), lone surrogates, a byte order mark, trailing bytes and more than
`Limits.depth` levels are refused: two parsers that read one document differently are two verifiers that disagree (T06).

`Node` walks what was read: each step names the field it wants and its type, and a wrong turn is a `FormatFault` with
the JSON pointer of the field. No other file of ours indexes into foreign JSON.

Spec: RFC 8259; RFC 7493 (I-JSON); RFC 6901 (JSON pointer).
"""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Iterator
from typing import Any

import jiter
from msgspec import Struct

from .faults import FormatFault, LimitFault, Place
from .limits import DEFAULT_LIMITS, Limits

_WHERE = re.compile(r" at line (\d+) column (\d+)$")
_TYPE_NAMES = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
_LONGEST_STEP = 200
"""Characters of a member's name that a pointer repeats: a place is a line, and names are hostile."""

_LONGEST_NUMBER = 256
"""Bits of an integer that is shown digit by digit; every number that means something to us has fewer."""

_PARSER_DEPTH = 200
"""Levels that the parser itself goes down to; a higher `Limits.depth` reads no deeper."""


def loads(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of the JSON document `data` (bytes, UTF-8). The caller has checked its size.

    A level is an array or an object: a bare string has none, ``[[]]`` two.

    Raises:
        FormatFault: ``json.malformed``, ``json.duplicate_key``, ``json.number_range``.
        LimitFault: ``limit.depth``.
    """
    try:
        value = jiter.from_json(data, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _fault(data, str(error), source, limits) from None
    _check_tree(value, data, source, limits)
    return value


def _fault(data: bytes, message: str, source: str, limits: Limits) -> FormatFault:
    where = _WHERE.search(message)
    text = _WHERE.sub("", message)
    offset = len(data) if text.startswith("EOF") else _offset(data, int(where[1]), int(where[2])) if where else 0
    place = Place(source, offset=offset)
    if text.startswith("Detected duplicate key"):
        key = text.partition('"')[2].removesuffix('"')
        return FormatFault("json.duplicate_key", f"the key {shown(key)} twice in one object", place=place)
    if text.startswith("recursion limit"):
        return _depth_fault(data, source, limits)
    if text.startswith("number out of range"):
        return FormatFault("json.number_range", "a number that cannot be represented", place=place)
    return FormatFault("json.malformed", f"not JSON: {text}", place=place)


def _offset(data: bytes, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
    return min(start + max(column - 1, 0), len(data))


def _check_tree(value: Any, data: bytes, source: str, limits: Limits) -> None:
    level: list[Any] = [value]
    bound = min(limits.depth, _PARSER_DEPTH)
    for depth in range(bound + 1):
        below: list[Any] = []
        containers = False
        for item in level:
            kind = type(item)
            if kind is dict:
                containers = True
                below.extend(item.values())
            elif kind is list:
                containers = True
                below.extend(item)
            elif kind is float and math.isinf(item):
                raise FormatFault("json.number_range", "a number that overflows", place=Place(source))
        if not containers:
            return
        if depth == bound:
            raise _depth_fault(data, source, limits)
        level = below


def _depth_fault(data: bytes, source: str, limits: Limits) -> LimitFault:
    """Say where the first level too deep opens in `data`, which is valid JSON at least up to there."""
    bound = min(limits.depth, _PARSER_DEPTH)
    depth = 0
    for token in _BRACKET.finditer(data):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        if depth > bound:
            return LimitFault(
                "limit.depth",
                f"nested more than {bound} levels deep",
                place=Place(source, offset=token.start()),
                expected=f"at most {bound}",
                actual=f"level {depth}",
            )
    raise ValueError("nested no deeper than the bound")


_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
"""Brackets outside of strings; strings are matched whole to step over those inside."""


def escape_pointer(token: str) -> str:
    """One reference token of a JSON pointer. Spec: RFC 6901 section 3."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


class Node(Struct, frozen=True):
    """A JSON value and the place it came from. Every accessor raises `FormatFault` with that place:

    ``json.missing`` where a field is absent, ``json.type`` where it is of another type, ``json.value`` where its
    value is out of the field's range, ``base64.malformed`` where its text is not canonical base64.
    """

    value: Any
    source: str = ""
    pointer: str = ""

    @property
    def place(self) -> Place:
        return Place(self.source, self.pointer)

    def fault(self, reason: str, detail: str, *, expected: str | None = None) -> FormatFault:
        """A fault about this value, for the caller to raise."""
        return FormatFault(reason, detail, place=self.place, expected=expected, actual=shown(self.value))

    def field(self, name: str) -> Node:
        """The member `name`, which must be there."""
        members = self.object()
        if name not in members:
            raise FormatFault("json.missing", f"{name!r} is missing", place=self._step(name).place, expected=name)
        return self._step(name, members[name])

    def get(self, name: str) -> Node | None:
        """The member `name`, or None where it is absent. An explicit null is a value."""
        members = self.object()
        if name not in members:
            return None
        return self._step(name, members[name])

    def given(self, name: str) -> Node | None:
        """The member `name`, or None where it is absent or null: protobuf JSON holds the two to be the same."""
        value = self.object().get(name)
        return None if value is None else self._step(name, value)

    def _step(self, name: str, value: Any = None) -> Node:
        if len(name) > _LONGEST_STEP:
            name = name[:_LONGEST_STEP] + "…"
        if "~" in name or "/" in name:
            name = escape_pointer(name)
        return Node(value, self.source, f"{self.pointer}/{name}")

    def items(self) -> Iterator[Node]:
        """The elements of an array, in order."""
        for index, value in enumerate(self.array()):
            yield Node(value, self.source, f"{self.pointer}/{index}")

    def members(self) -> Iterator[tuple[str, Node]]:
        """The members of an object, in the order received."""
        for name, value in self.object().items():
            yield name, self._step(name, value)

    def only(self, *names: str) -> None:
        """Refuse any member whose name is not among `names`: ``json.unknown_field``."""
        for name, value in self.object().items():
            if name not in names:
                node = self._step(name, value)
                raise node.fault("json.unknown_field", f"unknown field {shown(name)}", expected=", ".join(names))

    def object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self._wrong_type("an object")
        return self.value

    def array(self) -> list[Any]:
        if not isinstance(self.value, list):
            raise self._wrong_type("an array")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._wrong_type("a string")
        return self.value

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._wrong_type("a boolean")
        return self.value

    def integer(self) -> int:
        """A JSON integer; true and false are none."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._wrong_type("an integer")
        return self.value

    def int64(self) -> int:
        """A non-negative 64-bit integer as protobuf JSON spells it: a decimal string, or a number."""
        value = self.value
        if isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,18}", value, re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong_type("an integer, or a string of decimal digits")
        if not 0 <= value < 1 << 63:
            raise self.fault("json.value", "out of range", expected="0 to 2^63 - 1")
        return value

    def hex(self, reason: str = "json.value") -> bytes:
        """Hex digits, at least two and in lower case: one spelling. `reason` is the fault's where they are not."""
        text = self.text()
        try:
            value = bytes.fromhex(text)
        except ValueError:
            value = b""
        if not value or value.hex() != text:
            raise self.fault(reason, "not lower-case hex")
        return value

    def base64(self, *, either_alphabet: bool = False, wrapped: bool = False) -> bytes:
        """Padded base64 whose unused bits are zero: one spelling for each value.

        `either_alphabet` also takes the URL-safe alphabet (never both in one text) and missing padding, as DSSE and
        protobuf JSON do; `wrapped` takes line breaks, as tools that print base64 in lines do.
        """
        text = self.text()
        if wrapped:
            text = text.replace("\r\n", "").replace("\n", "")
        if either_alphabet:
            text += "=" * (-len(text) % 4)
            if ("-" in text or "_" in text) and not ("+" in text or "/" in text):
                text = text.translate(_STANDARD)
        try:
            return decode_base64(text)
        except ValueError:
            raise self.fault("base64.malformed", "not canonical base64") from None

    def _wrong_type(self, wanted: str) -> FormatFault:
        found = _TYPE_NAMES.get(type(self.value), "a number")
        return FormatFault(
            "json.type", f"{found} where {wanted} must stand", place=self.place, expected=wanted, actual=found
        )


def decode_base64(text: str | bytes) -> bytes:
    """The bytes of padded base64 in the standard alphabet, in its one spelling; anything else is a `ValueError`.

    Spec: RFC 4648 sections 3.3, 3.5 and 4.
    """
    decoded = binascii.a2b_base64(text, strict_mode=True)
    # Strict mode sees to alphabet and padding. Bits that the last group does not use must be zero.
    tail = decoded[-(len(decoded) % 3 or 3) :]
    spelled = binascii.b2a_base64(tail, newline=False)
    if text[-4:] != (spelled if isinstance(text, bytes) else spelled.decode("ascii")):
        raise ValueError("unused bits that are not zero")
    return decoded


_STANDARD = str.maketrans("-_", "+/")


def shown(value: Any) -> str:
    """A JSON value in one short printable line, for the text of a fault."""
    # Never the repr of a container or a vast number: it may be as large as the document, or refuse to be written.
    if isinstance(value, dict | list):
        return f"{_TYPE_NAMES[type(value)]} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        return f"a number of {value.bit_length()} bits"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = repr(value[:120]) if isinstance(value, str) else repr(value)[:120]
    return text if len(text) <= 120 else text[:117] + "..."
