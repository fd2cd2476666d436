"""Questions and answers of HTTP/1.1, as much of it as a gate's server and its client speak: one of each a connection.

    POST /v1/check HTTP/1.1␍␊
    host: localhost␍␊
    content-type: application/json␍␊
    content-length: 29␍␊
    ␍␊
    {"items":[{"files":["…"]}]}

One spelling: a length and no chunks, no header twice, no folded lines, no bare line feeds. What is read otherwise by
one reader than by another is read by none here.

Spec: RFC 9112, https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from .faults import GateFault

LONGEST_HEAD = 8 << 10
"""Bytes of a start line and headers; of what other servers take, RFC 9112 names 8000 for the first alone."""

LONGEST_BODY = 1 << 20
"""Bytes of a body: a thousand paths at their longest are a quarter of it, and verdicts in an answer as much."""

LONGEST_ANSWER = 16 << 20
"""Bytes of an answer's body: every reason against every file of a thousand."""

Read = Callable[[], bytes]
"""Gives the next bytes that came, none at the end. Raises OSError where no more come in time."""

_REQUEST = re.compile(r"([A-Z]{1,16}) (/[!-~]{0,1024}) HTTP/1\.[01]")
_STATUS = re.compile(r"HTTP/1\.[01] ([1-5][0-9]{2}) [ -~]*")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~](?:[ -~\t]*[!-~])?)?[ \t]*")
_LENGTH = re.compile(r"0|[1-9][0-9]{0,9}")


class Question(Struct, frozen=True):
    """A request: what is asked of what, and the headers by their names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def read_question(read: Read) -> Question:
    """The request that comes.

    Raises:
        GateFault: ``gate.request``: not of this form, too long, or cut off.
    """
    head, rest = _head(read)
    start, headers = _fields(head)
    found = _REQUEST.fullmatch(start)
    if found is None:
        raise _refused("not the first line of a request", "METHOD /path HTTP/1.1", start)
    return Question(found[1], found[2], headers, _body(headers, rest, read, LONGEST_BODY))


def read_answer(read: Read) -> tuple[int, bytes]:
    """The status and the body of the response that comes. Raises as `read_question`."""
    head, rest = _head(read)
    start, headers = _fields(head)
    found = _STATUS.fullmatch(start)
    if found is None:
        raise _refused("not the first line of an answer", "HTTP/1.1 200 OK", start)
    return int(found[1]), _body(headers, rest, read, LONGEST_ANSWER)


def write_question(method: str, target: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The request as bytes, which a server answers and then closes."""
    return _written(f"{method} {target} HTTP/1.1", body, headers)


def write_answer(status: int, phrase: str, kind: str, body: bytes) -> bytes:
    """The response as bytes, after which nothing comes. Nobody may keep it, or read it as something else."""
    headers = {"content-type": kind, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    return _written(f"HTTP/1.1 {status} {phrase}", body, headers)


def _written(start: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {**headers, "content-length": str(len(body)), "connection": "close"}
    return "".join((start, "\r\n", *(f"{name}: {value}\r\n" for name, value in lines.items()), "\r\n")).encode() + body


def _head(read: Read) -> tuple[str, bytes]:
    """What comes before the first empty line, and what came after it already."""
    content = b""
    while (end := content.find(b"\r\n\r\n")) < 0:
        if len(content) > LONGEST_HEAD:
            raise _refused("headers without an end", f"at most {LONGEST_HEAD} bytes", str(len(content)))
        content += _more(read)
    if end > LONGEST_HEAD:
        raise _refused("headers that are too long", f"at most {LONGEST_HEAD} bytes", str(end))
    return content[:end].decode("latin-1"), content[end + 4 :]


def _fields(head: str) -> tuple[str, dict[str, str]]:
    start, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        found = _HEADER.fullmatch(line)
        if found is None:
            raise _refused("a line that is no header", "name: value", line)
        if found[1].lower() in headers:
            raise _refused("a header twice", "each header once", found[1])
        headers[found[1].lower()] = found[2] or ""
    return start, headers


def _body(headers: Mapping[str, str], begun: bytes, read: Read, longest: int) -> bytes:
    if "transfer-encoding" in headers or "expect" in headers:
        raise _refused("a body that does not say its length, or waits to be asked for", "content-length")
    length = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length) or int(length) > longest:
        raise _refused("a body of no length that is read", f"content-length of at most {longest}", length)
    pieces, missing = [begun], int(length) - len(begun)
    while missing > 0:
        pieces.append(_more(read))
        missing -= len(pieces[-1])
    if missing < 0:
        raise _refused("more than the length that was said", f"{length} bytes")
    return b"".join(pieces)


def _more(read: Read) -> bytes:
    try:
        content = read()
    except OSError:
        content = b""
    if not content:
        raise _refused("it ends in the middle, or takes too long")
    return content


def _refused(detail: str, expected: str | None = None, actual: str | None = None) -> GateFault:
    return GateFault("gate.request", detail, expected=expected, actual=ascii(actual[:120]) if actual else None)
