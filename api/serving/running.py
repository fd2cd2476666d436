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

from attestations.faults import Place

from ..effects.faults import InputFault
from ..effects.paths import meaning, shown
from ..http.app import create_app
from ..http.observing import Observed
from .composing import Composed, running
from .connections import Bounded, open_more_files
from .directory import write_private
from .faults import ServingFault
from .logs import log_to
from .settings import DRAIN, Listening, Setup

AT_ONCE = 128 + signal.SIGTERM
"""The exit code of an end at once: what a shell says of a process that SIGTERM ended."""

MOST_CONNECTIONS = 2000
"""Connections at once; one more is answered 503. Each may hold a body that is still arriving."""

SIGNALS = (signal.SIGTERM, signal.SIGINT)

LOG = structlog.stdlib.get_logger("countersign")


class Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to `Ending` and says when it answers."""

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


def serve(setup: Setup, listening: Listening) -> int:
    """Serve until told to end; the exit code.

    Raises:
        ServingFault: ``service.*``.
        StoreFault: ``store.*``.
        InputFault: ``input.unreadable``.
    """
    os.umask(0o077)
    log_to()
    open_more_files()
    check_certificate(listening)
    with Ending() as ending, bound(listening) as endpoint, running(setup) as composed:
        if listening.ready is not None:
            listening.ready.unlink(missing_ok=True)  # of an earlier start: nobody is to ask where nothing answers
        url = url_of(endpoint, listening)
        token = setup.directory.operator_token
        server = Server(_configuration(composed, listening), lambda: _answering(listening, url, token, composed.token))
        ending.told_by(server.end)
        server.run(sockets=[endpoint])
    LOG.info("ended")
    return 0


def _configuration(composed: Composed, listening: Listening) -> uvicorn.Config:
    application = create_app(composed.service)
    application.state.meters = composed.meters
    return uvicorn.Config(
        Observed(application, composed.meters, trusting=listening.behind_proxy),
        http=Bounded,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=listening.behind_proxy,
        forwarded_allow_ips="*" if listening.behind_proxy else None,
        timeout_graceful_shutdown=int(DRAIN),
        limit_concurrency=MOST_CONNECTIONS,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
    )


def _answering(listening: Listening, url: str, token: Path, made: Path | None) -> None:
    """Say that the service answers, and where the operator's first token is, where it was made just now."""
    write_ready(listening.ready, url, token)
    LOG.info("serving", url=url, **({"token_file": str(made)} if made is not None else {}))


class Ending:
    """While the block lasts, the first signal to end says so, and the second ends the process at once."""

    def __init__(self) -> None:
        self.told = False
        self._end: Callable[[], None] | None = None

    def __enter__(self) -> Ending:
        self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(self, _kind: object, _error: object, _trace: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def told_by(self, end: Callable[[], None]) -> None:
        """Have `end` called at the first signal; now, where that has come."""
        self._end = end
        if self.told:
            end()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.told:
            os._exit(AT_ONCE)
        self.told = True
        LOG.info("ending")
        if self._end is not None:
            self._end()


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
