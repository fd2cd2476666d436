"""What surrounds every request: an id, a line in the log, a figure in the meters.

The id goes back as ``X-Request-Id``, into every log line that the request causes, and into problems. A client's own id
is taken only where `trusting`: behind a proxy, which is whom one trusts to set it, and to say who asks.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .meters import Meters

HEADER, FORWARDED = b"x-request-id", b"x-forwarded-for"
_LONGEST_HOST = 64
_FORM = re.compile(rb"[A-Za-z0-9_-]{8,64}")

UNKNOWN = "unknown"
"""The route of what no route answers."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observed:
    """An application, observed."""

    def __init__(self, application: ASGIApp, meters: Meters, *, trusting: bool) -> None:
        self._application = application
        self._meters = meters
        self._trusting = trusting
        self._log = structlog.stdlib.get_logger("countersign.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        request_id = self._request_id(scope)
        if self._trusting:
            scope["client"] = _told_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._application(scope, receive, answer)
            finally:
                self._note(scope, answer.status, time.perf_counter() - started)

    def _request_id(self, scope: Scope) -> str:
        given: bytes = next((value for name, value in scope["headers"] if name == HEADER), b"")
        if self._trusting and _FORM.fullmatch(given):
            return given.decode("ascii")
        return secrets.token_hex(8)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", UNKNOWN)
        self._meters.answered(method, route, status, seconds)
        line: dict[str, Any] = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
        if route == UNKNOWN:
            line["path"] = scope["path"]
        principal = scope["state"].get("principal")
        if principal is not None:
            line |= {"tenant": principal.tenant, "actor": principal.actor}
        if status >= 500:
            self._log.error("request", **line)
        else:
            self._log.info("request", **line)


def _told_of(scope: Scope) -> tuple[str, int] | None:
    """Who asks, by the last word of ``X-Forwarded-For``: the proxy's own. Those before it are whatever was sent to it,
    and whoever sends may count as somebody else each time."""
    told = b",".join(value for name, value in scope["headers"] if name == FORWARDED)
    last = told.rpartition(b",")[2].strip().decode("latin-1")
    host = last.partition(":")[0] if last.count(":") == 1 else last
    client: tuple[str, int] | None = (host[:_LONGEST_HOST], 0) if host else scope.get("client")
    return client


class _Answer:
    """What is sent, with the request's id in its head. `status` is 500 until one is sent."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._header = (HEADER, request_id.encode("ascii"))
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), self._header]
        await self._send(message)
