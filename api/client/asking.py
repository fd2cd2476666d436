"""One request over HTTP: again where the network fails or the service is busy, refused where the service refuses.

Every request is one that may be repeated: a GET, a PUT by digest, or a POST under an idempotency key. So whoever waits
through a restart of the service gets its answer, once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import httpx

from attestations.faults import Fault, Place
from attestations.strict_json import Node, loads
from verifier.reasons import REASONS

from .faults import RemoteFault

BUSY = frozenset({429, 502, 503, 504})
"""Answers that mean: later."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between attempts: each pause twice the one before."""

SECONDS = 90.0
"""How long an answer may take: longer than the service lets anybody wait."""

Body = Callable[[], Iterator[bytes]]
"""Bytes to send, from their start each time."""


class Asking:
    """Requests to one service under one token. `patience` is how long, in seconds, to try again.

    `tick` tells the time in seconds from anywhere, `pause` lets it pass.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        patience: float,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tick = tick
        self._pause = pause
        self._until = tick() + patience

    def left(self) -> float:
        """Seconds of patience that are left."""
        return max(0.0, self._until - self._tick())

    def ask(
        self,
        method: str,
        path: str,
        *,
        tree: Any = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        taking: Container[int] = (),
    ) -> httpx.Response:
        """The service's answer. Statuses of refusals are answers as well where they are among `taking`.

        Raises:
            RemoteFault: ``remote.unreachable``; the reason that the service gives, or ``remote.refused``.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                answer = self._once(method, path, tree, body, headers)
            except httpx.TransportError as error:
                self._wait(pause, _unreachable(error, self._client.base_url))
            else:
                if answer.is_success or answer.status_code in taking:
                    return answer
                if answer.status_code not in BUSY:
                    raise refusal(answer)
                self._wait(max(pause, _retry_after(answer)), _busy(answer))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _once(
        self, method: str, path: str, tree: Any, body: Body | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        content = body() if body is not None else None
        return self._client.request(method, path, json=tree, content=content, headers=dict(headers or {}))

    def _wait(self, seconds: float, fault: Fault) -> None:
        if self.left() <= seconds:
            raise fault
        self._pause(seconds)


def answered(answer: httpx.Response) -> Node:
    """What an answer says, as JSON. Reading it raises `FormatFault` where it is not of its form."""
    return Node(loads(answer.content, source="the service's answer"), "answer")


@contextlib.contextmanager
def believing() -> Iterator[None]:
    """Turns what cannot be read of an answer into ``remote.answer``: it is not what a service says."""
    try:
        yield
    except RemoteFault:
        raise
    except Fault as fault:
        raise RemoteFault("remote.answer", fault.detail, place=fault.place, expected=fault.expected) from None


def _busy(answer: httpx.Response) -> Fault:
    """It was reached and gives no verdict now: for whoever asks, that is not to be reached."""
    said = refusal(answer)
    return RemoteFault("remote.unreachable", f"{said.detail} [{said.reason}]", place=said.place)


def refusal(answer: httpx.Response) -> Fault:
    """What the service says is wrong (RFC 9457), under its own reason where that is one of ours."""
    detail, reason, request = f"HTTP {answer.status_code}", "", answer.headers.get("x-request-id", "")
    try:
        problem = Node(loads(answer.content, source="problem"), "problem")
        reason = text.text() if (text := problem.get("reason")) is not None else ""
        detail = text.text() if (text := problem.get("detail")) is not None else detail
    except Fault:
        pass
    place = Place(f"request {request}" if request else "")
    return RemoteFault(reason if reason in REASONS else "remote.refused", detail[:500], place=place)


def _unreachable(error: httpx.TransportError, url: httpx.URL) -> Fault:
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return RemoteFault("remote.unreachable", f"no answer: {detail}", place=Place(str(url)))


def _retry_after(answer: httpx.Response) -> float:
    """Seconds that the service asks for; dates are not read."""
    text = answer.headers.get("retry-after", "")
    return min(float(text), 600.0) if text.isdecimal() else 0.0
