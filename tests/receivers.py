"""A server on this machine that others' requests end at: real TLS, under an authority of the test's own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme
from msgspec import Struct

from api.effects.egress import PublicEgress


class Received(Struct, frozen=True):
    """A request as it came in. Names of fields are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Reply(Struct, frozen=True):
    """What to answer; one that hangs leaves the last byte of its body out until the server ends."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hang: bool = False


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *arguments: object) -> None:
        """Say nothing of clients that leave: they are told to."""


class Receiver:
    """The server: what it got, and what it is to answer, each in order; the last answer is given from then on."""

    def __init__(self, authority: trustme.CA) -> None:
        self.received: list[Received] = []
        self.replies: list[Reply] = [Reply()]
        self.on_request: Callable[[Received], None] = lambda received: None
        self.ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._class())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "hooks.example.com").configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._server.server_address[1])
        self.url = f"https://localhost:{self.port}/hook"
        self.certificates = ssl.create_default_context()
        authority.configure_trust(self.certificates)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def egress(self, seconds: float = 5.0) -> PublicEgress:
        """A client that trusts this server's authority."""
        return PublicEgress.unsafe_loopback(self.certificates, seconds=seconds)

    def end(self) -> None:
        """Close the server and whatever hangs in it."""
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, received: Received) -> Reply:
        """Write down what came, and say what to answer."""
        self.received.append(received)
        self.on_request(received)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _class(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Conversation(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                fields = {name.lower(): value for name, value in self.headers.items()}
                reply = receiver.answer(Received(self.command, self.path, fields, body))
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body) + reply.hang))
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.hang:
                    receiver.ended.wait()
                self.close_connection = True

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        return Conversation


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server that is there while the block runs."""
    receiver = Receiver(trustme.CA())
    try:
        yield receiver
    finally:
        receiver.end()
