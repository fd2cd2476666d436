"""Bad days of a real service: a full disk, a database that goes and comes, a cut in mid-upload, a clock put back.

Each is a clear answer while it lasts, and afterwards nothing that was accepted is lost, doubled or changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import signal
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.store.trail import Entry, verify_chain
from fixtures.recipes.scene import POLICY, policy_file
from tests.backends import Backend
from tests.servers import PostgreSQL

from .processes import PATIENCE, ROOT, Served, serving

pytestmark = pytest.mark.loopback

Answer = dict[str, Any]

ASKED = {
    "evidence": [],
    "policy": {"content": policy_file(POLICY.set("/trust/roots", ["sigstore"])).content.decode()},
    "release": "7.1.0",
}
"""A question whose answer is that there is no evidence: a verdict like any other."""

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def post(served: Served, number: int, wait: int = 30) -> httpx.Response:
    """Ask about artifact `number`, under a key of its own."""
    headers = {"Prefer": f"wait={wait}", "Idempotency-Key": f"bad-day-{number}"}
    artifact = {"sha256": f"{number:064x}"}
    return served.ask("POST", "/v1/verifications", json={"artifact": artifact, **ASKED}, headers=headers)


def done(served: Served, number: int) -> Answer:
    """The verification of artifact `number`, done; the same each time."""
    answer = post(served, number)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    assert found["state"] == "done"
    return found


def report(served: Served, verification: Answer) -> bytes:
    return served.ask("GET", f"/v1/reports/{verification['verdict']}").content


def is_ready(served: Served) -> bool:
    return httpx.get(f"{served.url}/readyz", timeout=PATIENCE).status_code == 200


def eventually(met: Any) -> None:
    """Wait until it is so, and no longer."""
    until = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < until, "it never came to be so"


def check_trail(served: Served) -> None:
    """The trail is one chain, whatever happened."""
    items = served.ask("GET", "/v1/trail?size=200").json()["items"]
    assert items
    entries = [Entry("operator", item["number"], item["entry"], item["hash"]) for item in items]
    assert verify_chain("operator", entries) == items[-1]["hash"]


@contextlib.contextmanager
def full_disk(served: Served) -> Iterator[None]:
    """No file of the server can grow any more, its log and its database neither."""
    _, hard = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def test_a_full_disk_refuses_what_is_new_and_keeps_what_was_accepted(data: Path) -> None:
    path = f"/v1/artifacts/{SHA256}"
    octets = {"Content-Type": "application/octet-stream"}
    with serving(data) as served:
        before = done(served, 1)
        kept = report(served, before)
        with full_disk(served):
            upload = served.ask("PUT", path, content=CONTENT, headers=octets)
            assert (upload.status_code, upload.json()["reason"]) == (507, "store.full")
            asked = post(served, 2)
            assert (asked.status_code, asked.json()["reason"]) == (507, "store.full")
            assert not is_ready(served)
            assert report(served, before) == kept
        eventually(lambda: is_ready(served))
        assert served.ask("PUT", path, content=CONTENT, headers=octets).status_code == 201
        assert done(served, 2)["state"] == "done"
        assert done(served, 1) == before
        check_trail(served)


def test_a_database_that_is_gone_is_said_to_be_and_taken_up_again(
    data: Path, large_backend: Backend, postgresql_server: PostgreSQL
) -> None:
    flags = ("--database", large_backend.database_url, "--blobs", large_backend.blobs_url)
    with serving(data, *flags) as served:
        before = done(served, 1)
        postgresql_server.stop()
        try:
            gone = post(served, 2)
            assert (gone.status_code, gone.json()["reason"]) == (503, "store.unavailable")
            assert "retry-after" in gone.headers
            assert not is_ready(served)
            assert httpx.get(f"{served.url}/healthz", timeout=PATIENCE).status_code == 200
        finally:
            postgresql_server.start()
        eventually(lambda: is_ready(served))
        assert done(served, 2)["id"] != before["id"]
        assert done(served, 1) == before
        check_trail(served)


@contextlib.contextmanager
def half_sent(served: Served, head: str, content: bytes) -> Iterator[None]:
    """A request of which half the body was sent, and lies in what is arriving, while the block lasts."""
    incoming = Path(served.log).with_suffix("") / "blobs" / "incoming"
    host, _, port = served.url.removeprefix("http://").rpartition(":")
    lines = [head, "Host: x", f"Authorization: Bearer {served.token}", f"Content-Length: {len(content)}", "", ""]
    with socket.create_connection((host, int(port))) as client:
        client.sendall("\r\n".join(lines).encode() + content[: len(content) // 2])
        eventually(lambda: any(path.stat().st_size for path in incoming.iterdir()))
        yield


def test_a_kill_in_mid_upload_leaves_nothing_half(data: Path) -> None:
    path, octets = f"/v1/artifacts/{SHA256}", "application/octet-stream"
    with serving(data) as served, half_sent(served, f"PUT {path} HTTP/1.1\r\nContent-Type: {octets}", CONTENT):
        assert served.end(signal.SIGKILL) == -signal.SIGKILL
    for begun in (data / "blobs" / "incoming").iterdir():
        os.utime(begun, (1_000_000_000, 1_000_000_000))  # as if it had been restarted much later
    with serving(data) as served:
        assert served.ask("GET", path).status_code == 404
        put = served.ask("PUT", path, content=CONTENT, headers={"Content-Type": octets})
        assert (put.status_code, put.json()["size"]) == (201, len(CONTENT))
        assert not any((data / "blobs" / "incoming").iterdir())


def test_an_upload_in_parts_goes_on_after_a_kill_where_it_was(data: Path) -> None:
    octets, third = "application/offset+octet-stream", len(CONTENT) // 3
    with serving(data) as served:
        told = {"Upload-Length": str(len(CONTENT)), "Upload-Metadata": f"sha256 {b64encode(SHA256.encode()).decode()}"}
        where = served.ask("POST", "/v1/uploads", headers=TUS | told).headers["location"]
        assert _part(served, where, 0, CONTENT[:third]).status_code == 204
        head = f"PATCH {where} HTTP/1.1\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {third}\r\nContent-Type: {octets}"
        with half_sent(served, head, CONTENT[third:]):
            served.end(signal.SIGKILL)
    with serving(data) as served:
        assert served.ask("HEAD", where, headers=TUS).headers["upload-offset"] == str(third)
        assert _part(served, where, third, CONTENT[third:]).status_code == 204
        assert served.ask("GET", f"/v1/artifacts/{SHA256}").json()["size"] == len(CONTENT)


def _part(served: Served, where: str, offset: int, content: bytes) -> httpx.Response:
    told = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return served.ask("PATCH", where, content=content, headers=TUS | told)


def test_a_clock_that_is_put_back_changes_no_verdict(data: Path, tmp_path: Path) -> None:
    with serving(data) as served:
        before = done(served, 1)
        kept = report(served, before)
    back = tmp_path / "back"
    back.mkdir()
    (back / "sitecustomize.py").write_text(
        "import datetime\nfrom api.effects.clock import SystemClock\nnow = SystemClock.now\n"
        "SystemClock.now = lambda self: now(self) - datetime.timedelta(hours=1)\n"
    )
    with serving(data, environment={"PYTHONPATH": f"{back}:{ROOT}"}) as served:
        assert done(served, 1) == before
        assert report(served, before) == kept
        assert done(served, 2)["created"] < before["created"]
        check_trail(served)
