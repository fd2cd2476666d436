"""Connections on which a request never begins, or never comes to the end of its head: they end, and soon.

Whoever sends nothing has shown no token either, and a service has so many connections and no more. The body of a
request is bounded where it is read (`api.http.bodies`).
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""In which the head of a request must have come, from the connection's beginning or from its own first byte."""

LARGEST_HEAD = 64 * 1024
"""Bytes of a head, and of the trailers of a body; a piece more that came with the last of them is read as well."""

OPEN_FILES = 8192
"""Files and connections that the process asks leave to have open, where the system lets it."""


class Bounded(HttpToolsProtocol):
    """uvicorn's protocol, which lets heads be as long and as slow as they like, and bounds to both."""

    _head = _fields = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._late is not None:
            if self._head > LARGEST_HEAD:
                self.transport.abort()
                return
            self._head += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._fields = 0
        if self._late is None:
            self._begin()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += len(name) + len(value)
        if self._fields > LARGEST_HEAD:
            raise ValueError("too many fields")  # which the parser tells, and uvicorn answers with 400
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def _begin(self) -> None:
        self._head = 0
        self._late = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _end(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def open_more_files() -> None:
    """Have the system let this process open `OPEN_FILES`, or as many as it lets any."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
