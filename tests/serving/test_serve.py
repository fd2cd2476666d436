"""`countersign serve` as an operator meets it: the first start, the second, one that must not be, and the end."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sqlite3
import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from api.serving.beginning import begin_signer
from api.serving.faults import ServingFault
from tests.api.running import run_process

from .begun import BASE, begun
from .processes import Served, children, gone, logged, serving

pytestmark = pytest.mark.loopback


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_the_first_start_makes_all_that_it_needs(data: Path) -> None:
    with serving(data) as served:
        assert httpx.get(f"{served.url}/healthz").json() == {"alive": True}
        ready = httpx.get(f"{served.url}/readyz")
        assert (ready.status_code, ready.json()["pieces"].keys()) == (200, {"database", "blobs", "signer"})
        assert (data / "tokens" / "operator").read_text().strip() == served.token
        assert data.with_suffix(".ready").stat().st_mode & 0o777 == 0o600
        open_to_others = [path for path in data.rglob("*") if path.stat().st_mode & 0o077]
        assert not open_to_others
        (line,) = [line for line in served.lines() if line["event"] == "serving"]
        assert line["token_file"] == str(data / "tokens" / "operator")
        assert served.token not in served.log.read_text()


def test_the_second_start_is_the_same_service(data: Path) -> None:
    with serving(data) as first:
        assert first.ask("GET", "/metrics").status_code == 200
    (data / "tokens" / "operator").unlink()
    with serving(data) as second:
        assert second.token is None
        assert second.ask("GET", "/metrics", token=first.token).status_code == 200
        assert "token_file" not in next(line for line in second.lines()[::-1] if line["event"] == "serving")


def test_two_services_on_one_directory_are_refused(data: Path) -> None:
    with begun(data).directory.locked():
        ran = run_process("serve", "--data", str(data), "--port", "0", cwd=data.parent)
    assert (ran.code, ran.reason) == (4, "service.data_in_use")


def test_a_database_of_another_version_is_refused_and_left_alone(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(begun(data).directory.database)) as database, database:
        database.execute("UPDATE schema_revision SET revision = '9999'")
    ran = run_process("serve", "--data", str(data), "--port", "0", cwd=data.parent)
    assert (ran.code, ran.reason) == (4, "store.schema_unknown")
    assert "countersign admin upgrade" in ran.error


def test_its_own_uris_begin_as_they_first_did(data: Path) -> None:
    directory = begun(data).directory
    assert begin_signer(directory, None) == begin_signer(directory, f"{BASE}/") == BASE
    with pytest.raises(ServingFault) as raised:
        begin_signer(directory, "https://other.example")
    assert raised.value.reason == "service.base_fixed"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "verdicts.example"])
def test_an_address_that_others_reach_wants_tls_or_a_proxy(data: Path, host: str) -> None:
    ran = run_process("serve", "--data", str(data), "--host", host, cwd=data.parent)
    assert (ran.code, "--behind-proxy" in ran.error) == (2, True)
    assert not data.exists()


@pytest.mark.parametrize(
    "flags",
    [
        ("--judges", "0"),
        ("--database", "sqlite:////tmp/shared.sqlite"),
        ("--blobs", "s3://bucket/prefix"),
        ("--tls-cert", "cert.pem"),
        ("--port", "65536"),
        ("--data", ""),
        ("--base", "no-uri"),
    ],
)
def test_flags_that_make_no_sense_change_nothing(flags: tuple[str, ...], tmp_path: Path) -> None:
    assert run_process("serve", *flags, cwd=tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


def test_it_answers_over_tls(data: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    made.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(data, "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")) as served:
        assert served.url.startswith("https://")
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        assert httpx.get(f"{served.url}/healthz", verify=context).status_code == 200
    swapped = ("--tls-cert", str(tmp_path / "key.pem"), "--tls-key", str(tmp_path / "cert.pem"))
    ran = run_process("serve", "--data", str(data), "--port", "0", *swapped, cwd=tmp_path)
    assert (ran.code, ran.reason) == (4, "input.unreadable")


def test_what_it_runs_on_missing_is_said_at_once(data: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'fastapi' else find(name, *more)\n"
    )
    root = Path(__file__).resolve().parents[2]
    ran = run_process("serve", "--data", str(data), cwd=tmp_path, environment={"PYTHONPATH": f"{blocked}:{root}"})
    assert (ran.code, ran.reason) == (4, "service.extra_missing")
    assert "countersign[server]" in ran.error
    assert not data.exists()


def test_told_to_end_it_ends_with_all_its_processes(data: Path) -> None:
    with serving(data) as served:
        _judge_something(served)
        below = children(served.process)
        assert below
        assert served.end() == 0
        assert gone(below)
        assert [line["event"] for line in served.lines() if line["event"].startswith("end")] == ["ending", "ended"]


def test_killed_it_leaves_no_process_behind(data: Path) -> None:
    with serving(data) as served:
        _judge_something(served)
        below = children(served.process)
        assert served.end(signal.SIGKILL) == -signal.SIGKILL
        assert gone(below)


def test_told_twice_it_ends_at_once(data: Path) -> None:
    """While a client is still sending, it waits, and takes nobody else; until it is told again."""
    with serving(data) as served, socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2]))) as client:
        head = f"PUT /v1/artifacts/{'0' * 64} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\n"
        client.sendall(f"{head}Content-Type: application/octet-stream\r\nContent-Length: 9\r\n\r\nhalf".encode())
        below = children(served.process)
        served.process.terminate()
        logged(served, "ending")
        with pytest.raises(httpx.ConnectError):
            while True:
                # Whoever was let in at the very end is let go of again.
                with contextlib.suppress(httpx.ReadError, httpx.RemoteProtocolError):
                    httpx.get(f"{served.url}/healthz")
        assert served.process.poll() is None
        assert served.end() == 143
        assert gone(below)


def _judge_something(served: Served) -> None:
    policy = {"content": Path("fixtures/vectors/common/policy.toml").read_text()}
    asked = {"artifact": {"sha256": "e5" * 32}, "evidence": [], "policy": policy}
    served.ask("POST", "/v1/verifications", json=asked, headers={"Prefer": "wait=30"})


def test_a_line_of_the_log_has_the_id_that_the_client_was_given(data: Path) -> None:
    with serving(data) as served:
        answer = served.ask("GET", "/metrics?token=hidden", headers={"X-Request-Id": "chosen-by-a-client"})
        refused = httpx.get(f"{served.url}/metrics")
        met = httpx.get(f"{served.url}/%0a%22forged")
        assert served.end() == 0
        lines = {line["request"]: line for line in served.lines() if line["event"] == "request"}
    line = lines[answer.headers["x-request-id"]]
    assert (line["route"], line["status"], line["tenant"]) == ("/metrics", 200, "operator")
    assert refused.json()["request"] == refused.headers["x-request-id"]
    assert lines[refused.headers["x-request-id"]]["status"] == 401
    assert lines[met.headers["x-request-id"]]["path"] == '/\n"forged'
    text = json.dumps(list(lines.values()))
    assert "hidden" not in text
    assert "chosen-by-a-client" not in text
