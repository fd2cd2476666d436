"""Strangers who connect and ask nothing, or never come to an end: they keep nobody else's place."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from api.serving import connections
from api.serving.connections import LARGEST_HEAD, Bounded

pytestmark = pytest.mark.loopback

PATIENCE = 20


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Takes the whole body, and says so."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """Where a server with these connections answers."""
    with socket.socket() as endpoint:
        endpoint.bind(("127.0.0.1", 0))
        endpoint.listen()
        config = uvicorn.Config(answering, http=Bounded, lifespan="off", log_config=None, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [endpoint]})
        thread.start()
        yield endpoint.getsockname()
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def connected(address: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        yield connection


def told(connection: socket.socket) -> bytes:
    """What the server says until it closes; nothing, where it breaks the connection off."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(1 << 16):
            said += part
    return said


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: "])
def test_a_connection_on_which_no_request_comes_is_closed(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    with connected(address) as connection:
        connection.sendall(begun)
        assert told(connection) == b""


@pytest.mark.parametrize("line", [b"a", b"X-Field: a\r\n"], ids=["one field", "many fields"])
def test_a_head_without_an_end_is_not_held(address: tuple[str, int], line: bytes) -> None:
    with connected(address) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nX-Long: " + line * (64 * LARGEST_HEAD // len(line)))
        assert b"200 OK" not in told(connection)


def test_requests_that_follow_one_another_are_answered(address: tuple[str, int]) -> None:
    body = bytes(8 * LARGEST_HEAD)
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n%s\r\n" % (len(body), b"")
    last = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    with connected(address) as connection:
        connection.sendall(head + body + head + body + last)
        assert told(connection).count(b"200 OK") == 3
