"""One file over HTTP, by a time that holds for all of it: resolving the name, the handshake, and each byte.

A limit on each read would be none: a server that sends a byte now and then keeps within it for ever (U10). So another
thread reads, and whoever waits for it stops waiting when the time is up.

Redirects are not followed, no cookie and no credential is sent, and compression is refused, so that the bytes counted
are the bytes sent (U09). Proxies and certificates are those of the environment: for effects, never for trust.
"""

from __future__ import annotations

import contextlib
import queue
import ssl
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.faults import UpdateFault

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import OpenerDirector

_CHUNK = 64 * 1024
_AHEAD = 16
"""Chunks that are read before anybody takes them."""

_ABSENT = frozenset({403, 404, 410})
_OK = 200

_Item = bytes | UpdateFault | None
"""A chunk, why there is no other, or the end."""


class Absent(Exception):
    """The server has no such file."""


def chunks(url: str, most: int, seconds: float) -> Iterator[bytes]:
    """The bytes of the file at `url`, in order.

    Raises:
        Absent: there is none, or it has more than `most` bytes.
        UpdateFault: ``update.unreachable``.
    """
    until = time.monotonic() + seconds
    items: queue.Queue[_Item | Absent] = queue.Queue(_AHEAD)
    abandoned = threading.Event()
    threading.Thread(target=_read, args=(url, most, seconds, items, abandoned), daemon=True).start()
    try:
        while (item := _next(items, until, seconds)) is not None:
            yield item
    finally:
        abandoned.set()


def _next(items: queue.Queue[_Item | Absent], until: float, seconds: float) -> bytes | None:
    try:
        item = items.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        raise UpdateFault("update.unreachable", f"no whole file within {seconds:g} seconds") from None
    if isinstance(item, Exception):
        raise item
    return item


def _read(url: str, most: int, seconds: float, items: queue.Queue[_Item | Absent], abandoned: threading.Event) -> None:
    """Put the file's chunks among `items`, and how it ended."""
    from http.client import HTTPException

    last: _Item | Absent = None
    try:
        for chunk in _answer(url, most, seconds):
            items.put(chunk, timeout=seconds)
            if abandoned.is_set():
                return
    except (UpdateFault, Absent) as fault:
        last = fault
    except (OSError, HTTPException, ValueError) as error:
        cause = getattr(error, "reason", error)
        last = UpdateFault("update.unreachable", f"{url[:200]} does not answer: {_line(cause)}")
    except queue.Full:
        return  # nobody takes them any more
    with contextlib.suppress(queue.Full):
        items.put(last, timeout=seconds)


def _answer(url: str, most: int, seconds: float) -> Iterator[bytes]:
    from urllib.error import HTTPError
    from urllib.request import Request

    request = Request(url, headers={"Accept-Encoding": "identity", "User-Agent": "countersign"})
    try:
        answer: HTTPResponse = _opener().open(request, timeout=seconds)
    except HTTPError as error:
        with error:
            status = error.code
        if status in _ABSENT:
            raise Absent from None
        raise UpdateFault("update.unreachable", "an answer that is no file", actual=str(status)) from None
    with answer:
        yield from _body(answer, most)


def _body(answer: HTTPResponse, most: int) -> Iterator[bytes]:
    if answer.status != _OK or answer.headers.get("Content-Encoding", "identity") != "identity":
        actual = f"{answer.status}, {answer.headers.get('Content-Encoding', 'as it is')}"
        raise UpdateFault("update.unreachable", "an answer that is no file as it is", actual=actual[:80])
    total = 0
    while chunk := answer.read1(_CHUNK):
        total += len(chunk)
        if total > most:
            raise Absent
        yield chunk
    if answer.length:  # what the header promised and did not come; http.client tells of it in `read` alone
        raise UpdateFault(
            "update.unreachable", "the answer ends too early", actual=f"{answer.length} bytes are missing"
        )


def _opener() -> OpenerDirector:
    """What speaks HTTP and HTTPS, and does nothing by itself."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(context=ssl.create_default_context()),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _line(error: object) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
