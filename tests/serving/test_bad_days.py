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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.store.trail import Entry, verify_chain
from fixtures.recipes.scene import POLICY, policy_file
from tests.backends import Backend, large_backend, object_server, postgresql_server, schema_template
from tests.servers import PostgreSQL

from .processes import PATIENCE, ROOT, Served, serving

pytestmark = pytest.mark.loopback

__all__ = ["large_backend", "object_server", "postgresql_server", "schema_template"]

Answer = dict[str, Any]

ASKED = {
    "evidence": [],
    "policy": {"content": policy_file(POLICY.set("/trust/roots", ["sigstore"])).content.decode()},
    "release": "7.1.0",
}
"""A question whose answer is that there is no evidence: a verdict like any other."""


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
    content = bytes(range(256)) * 4096
    path = f"/v1/artifacts/{hashlib.sha256(content).hexdigest()}"
    octets = {"Content-Type": "application/octet-stream"}
    with serving(data) as served:
        before = done(served, 1)
        kept = report(served, before)
        with full_disk(served):
            upload = served.ask("PUT", path, content=content, headers=octets)
            assert (upload.status_code, upload.json()["reason"]) == (507, "store.full")
            asked = post(served, 2)
            assert (asked.status_code, asked.json()["reason"]) == (507, "store.full")
            assert not is_ready(served)
            assert report(served, before) == kept
        eventually(lambda: is_ready(served))
        assert served.ask("PUT", path, content=content, headers=octets).status_code == 201
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


def test_a_power_cut_in_mid_upload_leaves_nothing_half(data: Path) -> None:
    content = bytes(range(256)) * 4096
    sha256 = hashlib.sha256(content).hexdigest()
    incoming = data / "blobs" / "incoming"
    with serving(data) as served:
        host, _, port = served.url.removeprefix("http://").rpartition(":")
        head = f"PUT /v1/artifacts/{sha256} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\n"
        head += f"Content-Type: application/octet-stream\r\nContent-Length: {len(content)}\r\n\r\n"
        with socket.create_connection((host, int(port))) as client:
            client.sendall(head.encode() + content[: len(content) // 2])
            eventually(lambda: any(incoming.iterdir()))
            assert served.end(signal.SIGKILL) == -signal.SIGKILL
    for begun in incoming.iterdir():
        os.utime(begun, (1_000_000_000, 1_000_000_000))  # as if it had been restarted much later
    with serving(data) as served:
        assert served.ask("GET", f"/v1/artifacts/{sha256}").status_code == 404
        octets = {"Content-Type": "application/octet-stream"}
        put = served.ask("PUT", f"/v1/artifacts/{sha256}", content=content, headers=octets)
        assert (put.status_code, put.json()["size"]) == (201, len(content))
        assert not any(incoming.iterdir())


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
