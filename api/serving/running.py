"""The HTTP server around a service: bound first, ready when it answers, ended with grace or at once.

    SIGTERM, SIGINT   no new connection; answers under way are given, at most `DRAIN` seconds; then the service ends:
                      what is being judged is finished or given back, child processes end                        → 0
    a second one      the process ends where it is. Child processes notice that it is gone; what was accepted stands
                      in the database, and the next start takes it up                                            → 143

The port is bound before anything else is begun, so that a second service on it changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import msgspec
import structlog
import uvicorn
from starlette.types import ASGIApp

from attestations.faults import Place

from ..effects.faults import InputFault
from ..effects.paths import meaning, shown
from .directory import write_private
from .faults import ServingFault
from .settings import DRAIN, Listening

AT_ONCE = 128 + signal.SIGTERM
"""The exit code of an end at once: what a shell says of a process that SIGTERM ended."""

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to `ending` and says when it answers."""

    def __init__(self, config: uvicorn.Config, answering: Callable[[], None]) -> None:
        super().__init__(config)
        self._answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self._answering()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    def end(self) -> None:
        """Take no more connections, answer what is under way, and return."""
        self.should_exit = True


@contextlib.contextmanager
def bound(listening: Listening) -> Iterator[socket.socket]:
    """A socket bound to where the service shall answer.

    Raises:
        ServingFault: ``service.address``.
    """
    place = Place(f"{listening.host}:{listening.port}")
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as endpoint:
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            endpoint.bind((listening.host, listening.port))
        except OSError as error:
            raise ServingFault("service.address", f"cannot answer there: {meaning(error)}", place=place) from None
        yield endpoint


def url_of(endpoint: socket.socket, listening: Listening) -> str:
    """The URL at which a service on `endpoint` answers those who reach it directly."""
    host, port = endpoint.getsockname()[:2]
    scheme = "https" if listening.certificate is not None else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def check_certificate(listening: Listening) -> None:
    """Refuse a certificate and key that cannot be answered with, before anything is begun.

    Raises:
        InputFault: ``input.unreadable``.
    """
    if listening.certificate is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(listening.certificate, listening.key)
    except (OSError, ValueError) as error:
        place = Place(shown(str(listening.certificate)))
        detail = f"no certificate with its key, in PEM: {meaning(error)}"
        raise InputFault("input.unreadable", detail, place=place) from None


def run(application: ASGIApp, endpoint: socket.socket, listening: Listening, answering: Callable[[], None]) -> None:
    """Answer on `endpoint` until a signal says to end; `answering` is called once the service answers."""
    config = uvicorn.Config(
        application,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=listening.behind_proxy,
        forwarded_allow_ips="*" if listening.behind_proxy else None,
        timeout_graceful_shutdown=int(DRAIN),
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
    )
    server = Server(config, answering)
    with ending(server.end):
        server.run(sockets=[endpoint])


@contextlib.contextmanager
def ending(end: Callable[[], None]) -> Iterator[None]:
    """Have the first signal to end call `end`, and the second end the process at once."""
    told = False

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        if told:
            os._exit(AT_ONCE)
        told = True
        structlog.stdlib.get_logger("countersign").info("ending")
        end()

    before = {number: signal.signal(number, on_signal) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def write_ready(path: Path | None, url: str, token: Path) -> None:
    """Say that the service answers: ``{"url": …, "token": …}``, for the file's owner alone.

    The token is the operator's first; null once its file was taken away.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    if path is None:
        return
    secret = token.read_text(encoding="ascii").strip() if token.exists() else None
    write_private(path, msgspec.json.encode({"url": url, "token": secret}) + b"\n")
