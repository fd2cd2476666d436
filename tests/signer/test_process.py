"""The signer's own process and its socket: it answers its owner, in bounds, and outlives what is sent to it."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from api.effects.clock import SystemClock
from api.signer import SignerAway, SignerClient, SignerFault
from api.signer.frames import LONGEST
from api.signer.process import SignerProcess
from api.signer.published import Published, verifier_id
from api.signer.server import Server
from api.signer.setup import (
    JOURNAL,
    KEY,
    PUBLISHED,
    ROOT_KEY,
    SETTINGS,
    SOCKET,
    prepare,
    read_settings,
)
from fixtures.recipes.keyed import KEY_POLICY, VENDOR_KEY, envelope, keyed
from tests.api.running import ROOT
from tests.verifier.judging import request_of
from verifier.engine import judge
from verifier.outcome import Outcome

from .office import BASE, Office, asking, honest

pytestmark = pytest.mark.loopback


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "signer"


@pytest.fixture
def process(directory: Path) -> Iterator[SignerProcess]:
    prepare(directory, BASE)
    process = SignerProcess(directory)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[SignerClient]:
    """A client of a server in this process, whose clock stands where the scenes' does."""
    office = Office(tmp_path)
    office.publish(honest()[0])
    with Server(office.signer, tmp_path / SOCKET):
        yield SignerClient(tmp_path / SOCKET)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_at_the_first_start_a_key_is_made_that_nobody_else_can_read(directory: Path) -> None:
    settings = prepare(directory, BASE)

    assert [_mode(directory / name) for name in (".", KEY, ROOT_KEY, SETTINGS)] == [0o700, 0o600, 0o600, 0o600]
    key = (directory / KEY).read_bytes()
    assert prepare(directory, "https://another.example") == settings == read_settings(directory)
    assert (directory / KEY).read_bytes() == key


@pytest.mark.parametrize("base", ["audit", "https://audit.example/", ""])
def test_a_base_that_is_no_uri_is_refused(directory: Path, base: str) -> None:
    with pytest.raises(SignerFault) as refusal:
        prepare(directory, base)

    assert refusal.value.reason == "signer.base"
    assert not directory.exists()


def test_it_signs_over_its_socket_what_was_published_and_is_named_by_its_key(
    directory: Path, process: SignerProcess
) -> None:
    request = request_of(keyed(envelope(VENDOR_KEY), policy=KEY_POLICY), now=SystemClock().now())
    verdict = judge(request)
    assert verdict.outcome is Outcome.PASSED

    with pytest.raises(SignerFault) as refusal:
        process.sign(asking(request, verdict))
    assert refusal.value.reason == "signer.policy_unpublished"
    Published(directory / PUBLISHED).publish_policy(request.policy, verifier_id(BASE, request.policy))
    signed = process.sign(asking(request, verdict))

    status = process.status()
    assert signed.key == status.key
    assert (status.policies, status.signed, status.unattended) == (1, 1, True)
    assert _mode(directory / SOCKET) == 0o600
    assert (directory / JOURNAL).read_bytes().count(b"\n") == 1


def test_it_is_started_again_after_it_was_killed_and_its_journal_goes_on(process: SignerProcess) -> None:
    assert process.pid is not None
    first = process.pid
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)

    assert process.status().signed == 0
    assert process.pid not in (None, first)


def test_it_ends_when_whoever_started_it_is_gone(directory: Path, process: SignerProcess) -> None:
    pid = process.pid
    assert pid is not None
    held = process._process  # what the system does to the pipe of a dead owner
    assert held is not None and held.stdin is not None
    held.stdin.close()

    assert held.wait(20) == 0
    assert not (directory / SOCKET).exists()


def test_a_second_signer_on_a_directory_is_no_second_signer(directory: Path, process: SignerProcess) -> None:
    second = SignerProcess(directory)
    second.start()

    assert second.pid is None
    assert second.status() == process.status()
    second.stop()
    assert process.pid is not None
    with pytest.raises(SignerFault) as refusal:
        Server(Office(directory.parent).signer, directory / SOCKET)
    assert refusal.value.reason == "signer.running"


def test_a_directory_whose_journal_was_changed_starts_no_signer(directory: Path) -> None:
    prepare(directory, BASE)
    (directory / JOURNAL).write_bytes(b'{"previous":"x"}\n')

    with pytest.raises(SignerAway, match=r"signer\.journal_damaged"):
        SignerProcess(directory).start()


def test_settings_of_another_form_start_no_signer(directory: Path) -> None:
    prepare(directory, BASE)
    (directory / "signer.json").write_bytes(b"{}")

    with pytest.raises(SignerAway, match=r"signer\.damaged"):
        SignerProcess(directory).start()


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(SignerFault) as refusal:
        Server(Office(tmp_path).signer, tmp_path / ("s" * 120))

    assert refusal.value.reason == "signer.socket"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00\x00",
        b"\x00\x00\x00\x02{}",
        (LONGEST + 1).to_bytes(4, "big"),
        b"\x00\x00\x10\x00" + b"[" * 4096,
        b"\x00\x00",
    ],
)
def test_malformed_frames_are_refused_and_the_next_question_is_answered(
    tmp_path: Path, client: SignerClient, sent: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / SOCKET))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            assert b'"signer.malformed"' in stream.read()

    assert client.status().policies == 1


def test_clients_that_say_nothing_do_not_keep_others_waiting(tmp_path: Path, client: SignerClient) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(8)]
    for connection in silent:
        connection.connect(str(tmp_path / SOCKET))

    assert client.sign(asking(*honest())).verifier.endswith("/v3")
    for connection in silent:
        connection.close()


def test_a_refusal_comes_over_the_socket_as_it_was_made(client: SignerClient) -> None:
    request, verdict = honest()

    with pytest.raises(SignerFault) as refusal:
        client.sign(asking(request, verdict, policy=f"sha256:{'0' * 64}"))

    assert (refusal.value.reason, refusal.value.actual) == ("signer.policy_unpublished", f"sha256:{'0' * 64}")


def test_a_key_that_wants_a_passphrase_is_opened_by_whoever_starts_the_signer(directory: Path) -> None:
    prepare(directory, BASE)
    plain = (directory / KEY).read_bytes()
    private = load_pem_private_key(plain, None)
    secret = BestAvailableEncryption(b"correct horse battery")
    (directory / KEY).write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))
    with pytest.raises(SignerAway, match="passphrase"):
        SignerProcess(directory).start()

    reading, writing = os.pipe()
    os.write(writing, b"correct horse battery\n")
    os.close(writing)
    command = [sys.executable, "-m", "countersign", "signer", "--data", str(directory.parent), "--pin-fd", str(reading)]
    ran = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, pass_fds=(reading,))
    os.close(reading)
    assert ran.stderr is not None
    assert ran.stderr.readline() == b"countersign: the signer answers\n"
    service = SignerProcess(directory)
    assert service.status().signed == 0
    assert service.pid is None
    ran.terminate()
    with ran.stderr:
        assert ran.wait(20) == 0
    assert not (directory / SOCKET).exists()


def test_a_signer_of_another_version_is_away_and_refuses_nothing_for_good(
    client: SignerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.signer.client.rules", lambda: "0.0.9 another table of reasons")

    with pytest.raises(SignerAway, match="another version"):
        client.sign(asking(*honest()))
