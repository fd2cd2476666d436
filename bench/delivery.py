"""The same verdict bundle out of a directory of files, and out of the service that it was published from.

The files are served by Python's own ``http.server``, the slowest server of files that anybody would use: what a web
server or a CDN does with them is better by an order, and is theirs.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.api.running import run_process
from verifier.request import Request

from .rows import Row
from .service import CLIENTS, Asked, answered, ask_for_verdicts, best, served, together, under_a_policy

LOOKS = 1000
"""Requests in a round."""

SERVER = """
import functools, http.server, sys
class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def log_message(self, *_): pass
handler = functools.partial(Quiet, directory=sys.argv[1])
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""


def rows(requests: Sequence[Request]) -> Iterator[Row]:
    """One bundle, asked for over `CLIENTS` connections that stay open."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with served(data, [under_a_policy(requests[0])], "--no-second-opinion") as (_, asked):
            ask_for_verdicts(asked)
            path, name = _bundle(asked, data)
            with _static(Path(folder) / "public") as url:
                files = _rate(Asked(url, asked.token, ()), name)
            service = _rate(asked, path)
    name = f"the same verdict bundle out of files, {CLIENTS} connections: rate against GET of it from the service"
    yield Row(name, files, "answers/s", service, None)


def _bundle(asked: Asked, data: Path) -> tuple[str, str]:
    """Where the service has the one bundle, and where it stands among the files that are published."""
    sha256 = json.loads(asked.bodies[0])["artifact"]["sha256"]
    with contextlib.closing(HTTPConnection(urlsplit(asked.url).netloc)) as connection:
        listed = json.loads(answered(connection, "GET", f"/v1/artifacts/{sha256}/verdicts?size=1", asked.token))
    public = data.with_name("public")
    ran = run_process("admin", "publish", str(public), "--data", str(data), cwd=data.parent)
    if ran.code:
        raise ValueError(ran.error)
    (file,) = public.glob(f"verdicts/*/sha256/{sha256}/1.json")
    return f"/v1/verdicts/{listed['items'][0]['id']}/bundle", f"/{file.relative_to(public).as_posix()}"


def _rate(asked: Asked, path: str) -> float:
    def look(connection: HTTPConnection, _body: bytes) -> None:
        answered(connection, "GET", path, asked.token)

    return LOOKS / best(partial(together, asked, look, (b"",) * LOOKS))


@contextlib.contextmanager
def _static(directory: Path) -> Iterator[str]:
    """A server of files on `directory`; its address."""
    command = [sys.executable, "-c", SERVER, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
