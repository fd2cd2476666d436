"""DER: one spelling of each value, read without recursion, or a refusal that names the byte.

    identifier octet   single-byte tags only
    length             definite, in the fewest octets
    INTEGER            in the fewest octets
    OBJECT IDENTIFIER  each arc in the fewest octets, below 2^63, 32 octets at most in all

A `Reader` walks the elements of one level; to go deeper, open another on an element's content. Nothing is left over:
who has read what was wanted calls `finish`. BER is refused: two readers of it may see two values (T95).

Spec: ITU-T X.690 (02/2021), sections 8 and 10.
"""

from __future__ import annotations

import datetime
import re

from msgspec import Struct

from .faults import FormatFault, Place

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, UTF8_STRING = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C
GENERALIZED_TIME, SEQUENCE, SET = 0x18, 0x30, 0x31

_GENERALIZED_TIME = re.compile(rb"(\d{14})(?:\.(\d{0,8}[1-9]))?Z\Z")
_OID_MAX = 32


class Element(Struct, frozen=True):
    """One element: its identifier octet, its content, and the whole of it as received."""

    tag: int
    content: bytes
    whole: bytes


class Reader:
    """The elements of `data`, one after the other. Every refusal carries `reason` and an offset into `data`."""

    __slots__ = ("_at", "_base", "_data", "_reason")

    def __init__(self, data: bytes, reason: str, base: int = 0) -> None:
        self._data = data
        self._reason = reason
        self._base = base
        self._at = 0

    @property
    def more(self) -> bool:
        return self._at < len(self._data)

    @property
    def next_tag(self) -> int | None:
        """The identifier octet of what follows, None at the end."""
        return self._data[self._at] if self.more else None

    def fault(self, detail: str) -> FormatFault:
        """A refusal at this point, for the caller to raise."""
        return FormatFault(self._reason, f"not DER of this format: {detail}", place=Place(offset=self._base + self._at))

    def element(self, tag: int) -> Element:
        """The next element, which must have the identifier octet `tag`."""
        start = self._at
        if self.next_tag != tag:
            found = "nothing" if self.next_tag is None else f"tag 0x{self.next_tag:02x}"
            raise self.fault(f"{found} where tag 0x{tag:02x} must stand")
        body, end = self._bounds(start + 1)
        self._at = end
        return Element(tag, self._data[body:end], self._data[start:end])

    def any(self) -> Element:
        """The next element, whatever it is."""
        tag = self.next_tag
        if tag is None:
            raise self.fault("nothing where an element must stand")
        if tag & 0x1F == 0x1F:
            raise self.fault("a tag of more than one octet")
        return self.element(tag)

    def optional(self, tag: int) -> Element | None:
        """The next element if it has the identifier octet `tag`, None otherwise."""
        return self.element(tag) if self.next_tag == tag else None

    def within(self, tag: int) -> Reader:
        """A reader of what the next element holds; the element must have the identifier octet `tag`."""
        element = self.element(tag)
        return Reader(element.content, self._reason, self._base + self._at - len(element.content))

    def finish(self) -> None:
        """Refuse anything left over."""
        if self.more:
            raise self.fault(f"{len(self._data) - self._at} bytes too many")

    def _bounds(self, at: int) -> tuple[int, int]:
        """Start and end of the content whose length octets stand at `at`."""
        if at >= len(self._data):
            raise self.fault("a length is missing")
        size, body = self._data[at], at + 1
        if size >= 0x80:
            count = size & 0x7F
            digits = self._data[body : body + count]
            if not 1 <= count <= 4 or len(digits) < count:
                raise self.fault("a length that is indefinite, too long or cut off")
            size, body = int.from_bytes(digits, "big"), body + count
            if size < 0x80 or digits[0] == 0:
                raise self.fault("a length in more octets than it needs")
        if body + size > len(self._data):
            raise self.fault(f"{size} bytes announced, {len(self._data) - body} there")
        return body, body + size

    def integer(self) -> int:
        content = self.element(INTEGER).content
        if not content or (len(content) > 1 and content[0] in (0, 0xFF) and (content[0] ^ content[1]) < 0x80):
            raise self.fault("an integer in more octets than it needs")
        return int.from_bytes(content, "big", signed=True)

    def boolean(self) -> bool:
        content = self.element(BOOLEAN).content
        if content not in (b"\x00", b"\xff"):
            raise self.fault("a boolean that is neither 0x00 nor 0xff")
        return content == b"\xff"

    def oid(self) -> str:
        """The next object identifier, dotted."""
        content = self.element(OID).content
        if not content or len(content) > _OID_MAX or content[-1] & 0x80:
            raise self.fault("an object identifier that is empty, too long or cut off")
        arcs: list[int] = []
        value, fresh = 0, True
        for octet in content:
            if fresh and octet == 0x80:
                raise self.fault("an object identifier in more octets than it needs")
            value, fresh = value << 7 | octet & 0x7F, not octet & 0x80
            if fresh:
                arcs.append(value)
                value = 0
        if max(arcs) >= 1 << 63:
            raise self.fault("an object identifier whose arc is too large")
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))

    def generalized_time(self) -> datetime.datetime:
        """The next GeneralizedTime, in UTC; a fraction beyond microseconds is cut.

        Spec: X.690 section 11.7: ends in Z, seconds given, no trailing zero in the fraction.
        """
        content = self.element(GENERALIZED_TIME).content
        match = _GENERALIZED_TIME.match(content)
        try:
            if match is None:
                raise ValueError
            digits, fraction = match[1], int((match[2] or b"0")[:6].ljust(6, b"0"))
            month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
            return datetime.datetime(int(digits[:4]), month, day, hour, minute, second, fraction, datetime.UTC)
        except ValueError:
            raise self.fault("not a GeneralizedTime in DER") from None


def parse_utf8_string(data: bytes, reason: str) -> str:
    """The text of `data`, one UTF8String and nothing after it.

    Raises:
        FormatFault: `reason`.
    """
    reader = Reader(data, reason)
    content = reader.element(UTF8_STRING).content
    reader.finish()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise reader.fault("text that is not UTF-8") from None
