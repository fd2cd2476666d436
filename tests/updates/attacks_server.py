"""An attack that no file shows: a server that sends a byte now and then, and never ends (U10)."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from api.effects.kept_metadata import KeptMetadata
from api.effects.repository import HttpRepository
from api.usecases.repositories import Following
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from tests.verifier.tuf_worlds import World
from verifier.reasons import outcome_of
from verifier.updates.tuf.client import Bounds

from .archives import certificates
from .debian_tools import Apt
from .seen import Ours, Peer
from .tuf_library import waits_for

FORM = "server"
WATCHED = 2.0
"""Seconds for which the others are watched. Each read is limited to one second, and a byte comes ten times in it."""


@contextmanager
def slow_server() -> Iterator[str]:
    """The address of a server that promises a file and sends a byte of it ten times a second."""
    ended = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "10000")
            self.end_headers()
            while not ended.wait(0.1):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        ended.set()
        server.shutdown()
        serving.join()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Attack:
    """The server, asked for the first file that each client wants. `reasons` are ours."""

    row: str
    what: str
    reasons: tuple[str, ...]

    def ours(self, folder: Path, now: datetime.datetime) -> Ours:
        """What our client decides, whose whole fetch has a second."""
        (folder / "kept").mkdir()
        kept = KeptMetadata(folder / "kept")
        kept.put("root", World().kept["root"])
        with slow_server() as address:
            try:
                Following(HttpRepository(address, seconds=1), kept).refresh(
                    now=now, limits=DEFAULT_LIMITS, bounds=Bounds()
                )
            except Fault as fault:
                return Ours("refuse", outcome_of(fault.reason).value, (fault.reason,))
        raise AssertionError("a server that never ends was followed")

    def peers(self, folder: Path, now: datetime.datetime) -> Mapping[str, Callable[[], Peer]]:
        """Whether each is still waiting when it was watched for long enough."""

        def ask_apt() -> Peer:
            with slow_server() as address:
                more = 'Acquire::http::Timeout "1";\nAcquire::http::Proxy "DIRECT";\n'
                return Apt(folder / "apt", address, b"".join(certificates(now)), more).waits(WATCHED)

        def ask_tuf() -> Peer:
            with slow_server() as address:
                return waits_for(folder / "tuf", World().kept["root"], address, WATCHED)

        return {"apt": ask_apt, "tuf": ask_tuf}


ATTACKS = (
    Attack("U10", "a server that sends ten bytes a second, where a read may take one second", ("update.unreachable",)),
)
