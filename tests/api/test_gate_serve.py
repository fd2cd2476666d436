"""A gate that answers on this machine: the same decisions, to those alone who may ask, and no other word than allow."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.effects.files import LocalFiles
from api.effects.terminal import StandardTerminal
from api.effects.trust_store import LocalTrustStore
from api.gate import reaching, server
from api.gate.gate import Asked, Effects, Gate
from api.gate.server import TOKEN, Callers, Server, new_token, port_at, socket_at
from api.gate.settings import read_settings
from attestations.faults import Fault

from .conftest import Program
from .test_gate import Fleet, fleet
from .test_gate_settings import set_up, stand

__all__ = ["fleet"]
pytestmark = pytest.mark.loopback

NOON = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
JSON = "content-type: application/json"


def gate_of(fleet: Fleet) -> Gate:
    files = LocalFiles()
    settings = read_settings(str(fleet.folder / "settings.toml"), files)
    return Gate(settings, Effects(files, StandardTerminal(show_progress=False), LocalTrustStore(files)))


@contextlib.contextmanager
def serving(gate: Gate, listener: socket.socket, callers: Callers) -> Iterator[Server]:
    running = Server(gate, listener, callers, lambda: NOON)
    thread = threading.Thread(target=running.serve)
    thread.start()
    try:
        yield running
    finally:
        running.stop()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def at(fleet: Fleet) -> Iterator[Path]:
    """The socket of a gate with one guard, which answers."""
    set_up(fleet)
    path = fleet.folder / "gate.sock"
    with socket_at(path, 0o600) as listener, serving(gate_of(fleet), listener, Callers()):
        yield path


def said(path: Path | tuple[str, int], content: bytes) -> tuple[int, dict[str, Any]]:
    """The status and the JSON that come back for these bytes."""
    family = socket.AF_UNIX if isinstance(path, Path) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(20)
        connection.connect(str(path) if isinstance(path, Path) else path)
        connection.sendall(content)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"cache-control: no-store" in head
    return int(head.split()[1]), json.loads(body)


def asked(target: str, content: Any = None, *headers: str) -> bytes:
    body = json.dumps(content).encode() if content is not None else b""
    method = "GET" if content is None else "POST"
    lines = (f"{method} {target} HTTP/1.1", "host: localhost", *headers, f"content-length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def check(fleet: Fleet, *sets: tuple[str, ...]) -> bytes:
    items = [{"files": [str(fleet.folder / file) for file in files]} for files in sets]
    return asked("/v1/check", {"items": items}, JSON)


def test_a_walk_over_the_socket(at: Path, fleet: Fleet) -> None:
    first, second = fleet.release(712), fleet.release(713)
    stand(fleet, 712)
    status, told = said(at, check(fleet, first, second))
    assert status == 200
    allowed, held = (item["update"] for item in told["items"])
    assert (allowed["install"], allowed["action"], allowed["reasons"]) == (True, "allow", [])
    assert (held["install"], held["action"]) == (False, "block")
    digest = allowed["files"][0]["sha256"]
    status, told = said(at, asked("/v1/accept", {"files": [f"sha256:{digest}"]}, JSON))
    assert (status, told["streams"][0]["sequence"]) == (200, 712)
    assert said(at, asked("/v1/state")) == (200, told)
    assert [entry["action"] for entry in fleet.decisions()] == ["allow", "block", "accepted"]


def test_u17_of_a_difference_what_it_makes_is_told_and_accepted(at: Path, fleet: Fleet, program: Program) -> None:
    (first,) = fleet.release(712)
    stand(fleet, 712)
    digest = said(at, check(fleet, (first,)))[1]["items"][0]["update"]["files"][0]["sha256"]
    said(at, asked("/v1/accept", {"files": [f"sha256:{digest}"]}, JSON))
    (fleet.folder / "patch").write_bytes(b"what changed")
    (fleet.folder / "endpoint-713").write_bytes(b"bytes of endpoint-713")
    words = ("--vendor", "acme", "--product", "endpoint", "--version", "7.713.0", "--channel", "stable")
    made = ("--delta", "patch", first, "endpoint-713", "--sequence", "713", "--key", "release.key")
    signed = program("attest", "manifest", "endpoint-713", "patch", *words, *made, "-o", "standing/manifest-713.jsonl")
    assert signed.code == 0, signed.errors
    update = said(at, check(fleet, ("patch",)))[1]["items"][0]["update"]
    result = hashlib.sha256(b"bytes of endpoint-713").hexdigest()
    assert (update["install"], update["files"][0]["made"]) == (True, result)
    patch = update["files"][0]["sha256"]
    assert said(at, asked("/v1/accept", {"files": [f"sha256:{patch}"]}, JSON))[1]["reason"] == "update.not_offered"
    told = said(at, asked("/v1/accept", {"files": [f"sha256:{result}"]}, JSON))[1]
    assert told["streams"][0]["sequence"] == 713


def test_what_was_never_allowed_is_not_accepted(at: Path) -> None:
    status, told = said(at, asked("/v1/accept", {"files": ["sha256:" + "00" * 32]}, JSON))
    assert (status, told["reason"]) == (409, "update.not_offered")


def test_the_program_asks_over_the_socket(at: Path, fleet: Fleet, program: Program) -> None:
    first, second = fleet.release(712), fleet.release(713)
    stand(fleet, 712)
    assert program("gate", "check", "--socket", str(at), *first).code == 0
    refused = program("gate", "check", "--socket", str(at), *second)
    assert refused.code == 1
    assert refused.text.splitlines()[-1].startswith("BLOCK")
    assert program("gate", "check", "--socket", str(at), *second, "-e", "manifest-713.jsonl").code == 0
    assert program("gate", "check", "--socket", str(at), "--state", "gate", *second).code == 2


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", 200),
        (b"GET /v1/state HTTP/1.1\nhost: x\n\n" + b"x" * 9000, 400),
        (b"GET /v1/state HTTP/1.1\r\nhost: x\r\n folded: x\r\n\r\n", 400),
        (b"GET /v1/state HTTP/1.1\r\nhost: x\r\nHost: y\r\n\r\n", 400),
        (b"get /v1/state HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"GET http://x/v1/state HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"GET /v1/state HTTP/2\r\nhost: x\r\n\r\n", 400),
        (b"a" * (9 << 10), 400),
        (b"GET /v1/nothing HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"GET /v1/check HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"POST /v1/check HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}", 400),
        (asked("/v1/check", {"items": [{"files": ["relative"]}]}, JSON), 400),
        (asked("/v1/check", {"items": [{"files": []}]}, JSON), 400),
        (asked("/v1/check", {"items": [{"files": ["/x"], "policy": "/mine"}]}, JSON), 400),
        (asked("/v1/accept", {"files": ["x"]}, JSON).replace(b'"x"', b'"\xff"'), 400),
        (
            b'POST /v1/check HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 200005\r\n\r\n{"x":'
            + b"[" * 200_000,
            400,
        ),
        (b"POST /v1/check HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n", 400),
        (b"POST /v1/check HTTP/1.1\r\ncontent-length: +2\r\n\r\n{}", 400),
        (b"POST /v1/check HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /v1/check HTTP/1.1\r\ncontent-length: 1\r\n\r\n{}", 400),
    ],
)
def test_what_is_not_of_its_form_is_told_so_and_decides_nothing(
    content: bytes, status: int, at: Path, fleet: Fleet
) -> None:
    answered, told = said(at, content)
    assert answered == status
    assert told.get("reason") == ("gate.request" if status == 400 else None)
    assert not (fleet.folder / "gate" / "decisions.jsonl").exists()


def test_u10_who_never_finishes_asking_is_not_waited_for(
    at: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SECONDS", 0.05)
    with contextlib.ExitStack() as held:
        for _ in range(server.AT_ONCE + 4):
            slow = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            slow.connect(str(at))
            slow.sendall(b"POST /v1/check HTTP/1.1\r\n")
        assert said(at, asked("/healthz"))[0] == 200
        assert b'"gate.request"' in slow.recv(1 << 16)


def test_a_bug_is_no_answer_that_allows(
    at: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Gate, "check", broken)
    status, told = said(at, check(fleet, ("x",)))
    assert (status, told["reason"]) == (500, "internal.crash")
    assert b"ZeroDivisionError" in capsysbinary.readouterr().err
    with pytest.raises(Fault) as refused:
        reaching.ask(at, Asked(("/x",)))
    assert refused.value.reason == "gate.unreachable"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"items":[]}',
        b'HTTP/1.1 200 OK\r\ncontent-length: 41\r\n\r\n{"items":[{"update":{"install":"truely"}}]}',
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
def test_whatever_is_no_answer_of_a_gates_lets_nothing_through(answer: bytes, here: Path, program: Program) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(here / "s"))
        listener.listen()

        def reply() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        ran = program("gate", "check", "--socket", str(here / "s"), "x")
        thread.join(20)
    assert (ran.code, ran.reason) == (4, "gate.unreachable")
    (here / "s").unlink()
    assert program("gate", "check", "--socket", str(here / "s"), "x").reason == "gate.unreachable"


def test_at_a_port_it_answers_whoever_has_the_token_and_no_page(fleet: Fleet) -> None:
    set_up(fleet)
    token = new_token(fleet.folder / "gate")
    assert stat.S_IMODE((fleet.folder / "gate" / TOKEN).stat().st_mode) == 0o600
    assert (fleet.folder / "gate" / TOKEN).read_text() == token + "\n"
    with port_at("127.0.0.1", 0) as (listener, names), serving(gate_of(fleet), listener, Callers(names, token)):
        address = listener.getsockname()
        host = f"127.0.0.1:{address[1]}"
        bearer = f"authorization: Bearer {token}"

        def status(*headers: str) -> tuple[int, str | None]:
            answered, told = said(address, "\r\n".join(("GET /v1/state HTTP/1.1", *headers, "", "")).encode())
            return answered, told.get("reason")

        assert status(f"host: {host}", bearer) == (200, None)
        assert status(f"host: localhost:{address[1]}", bearer) == (200, None)
        assert status(f"host: {host}") == (401, "gate.token")
        assert status(f"host: {host}", bearer + "x") == (401, "gate.token")
        assert status("host: gate.example", bearer) == (421, "gate.host")
        assert status(bearer) == (421, "gate.host")
        assert status(f"host: {host}", bearer, "origin: https://page.example") == (421, "gate.host")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "gate.example"])
def test_it_listens_at_no_address_that_others_reach(host: str) -> None:
    with pytest.raises(Fault) as refused, port_at(host, 0):
        pass
    assert refused.value.reason == "gate.address"


def test_a_server_that_cannot_begin_says_why(fleet: Fleet, program: Program) -> None:
    set_up(fleet)
    serve = ("gate", "serve", "--config", "settings.toml")
    for words in (
        (),
        ("--socket", "s", "--listen", "127.0.0.1:0"),
        ("--listen", "8471"),
        ("--listen", "127.0.0.1:99999"),
    ):
        assert program(*serve, *words).code == 2
    assert program(*serve, "--listen", "127.0.0.1:0", "--group").code == 2
    assert program(*serve, "--listen", "0.0.0.0:0").reason == "gate.address"
    assert program(*serve, "--socket", "nowhere/s").reason == "gate.address"
    (fleet.folder / "gate" / "releases.000001.json").write_bytes(b"{}")
    assert program(*serve, "--socket", "s").reason == "update.state_damaged"


def test_a_socket_is_its_owners_and_answered_at_by_one(at: Path) -> None:
    assert stat.S_IMODE(at.stat().st_mode) == 0o600
    with pytest.raises(Fault) as refused, socket_at(at, 0o600):
        pass
    assert (refused.value.reason, refused.value.detail) == ("gate.address", "a gate answers there already")
    assert said(at, asked("/healthz"))[0] == 200


def test_told_to_stop_it_answers_what_is_under_way(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(fleet)
    gate, path = gate_of(fleet), fleet.folder / "gate.sock"
    begun, go_on = threading.Event(), threading.Event()
    whole: Callable[..., Any] = Gate.check

    def slow(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(20)
        return whole(*arguments)

    monkeypatch.setattr(Gate, "check", slow)
    (name,) = fleet.release(712)
    stand(fleet, 712)
    answers: list[tuple[int, dict[str, Any]]] = []
    with socket_at(path, 0o600) as listener, serving(gate, listener, Callers()) as running:
        asking = threading.Thread(target=lambda: answers.append(said(path, check(fleet, (name,)))))
        asking.start()
        assert begun.wait(20)
        running.stop()
        go_on.set()
        asking.join(20)
    assert answers[0][1]["items"][0]["update"]["install"] is True
    assert not path.exists()


def _start(fleet: Fleet) -> tuple[subprocess.Popen[str], str]:
    arguments = ("gate", "serve", "--config", "settings.toml", "--socket", "gate.sock", "--group")
    program = [sys.executable, "-c", "from api.cli import console; raise SystemExit(console())", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(program, cwd=fleet.folder, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    return process, process.stderr.readline()


class Deaf(socket.socket):
    """A listener that nothing wakes: a signal came just before it began to wait."""

    def shutdown(self, how: int) -> None:
        raise OSError


def test_told_to_stop_it_stops_though_nothing_wakes_it(fleet: Fleet) -> None:
    set_up(fleet)
    path = fleet.folder / "gate.sock"
    with (
        socket_at(path, 0o600) as listener,
        Deaf(fileno=os.dup(listener.fileno())) as deaf,
        serving(gate_of(fleet), deaf, Callers()),
    ):
        assert said(path, asked("/v1/state"))[0] == 200


def test_killed_it_leaves_nothing_that_keeps_the_next_one_from_answering(fleet: Fleet) -> None:
    set_up(fleet)
    path = fleet.folder / "gate.sock"
    process, line = _start(fleet)
    assert line == "countersign: the gate answers at gate.sock\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    process.kill()
    process.communicate(timeout=20)
    assert path.exists()
    process, line = _start(fleet)
    assert line == "countersign: the gate answers at gate.sock\n"
    assert said(path, asked("/v1/state")) == (200, {"streams": []})
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=20)[1] == ""
    assert (process.returncode, path.exists()) == (0, False)
