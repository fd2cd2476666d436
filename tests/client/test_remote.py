"""`countersign remote` on a bad day: nobody there, nothing yet, no token, and the way back."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from api.cli import main
from fixtures.recipes.scene import RELEASE
from tests.api.running import Ran
from tests.api.scene import IDENTITY, ISSUER

from .conftest import Asker

pytestmark = pytest.mark.loopback

Program = Callable[..., Ran]
EXPECTED = ("--identity", IDENTITY, "--issuer", ISSUER)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Program:
    """The program, where the release and a token are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    for name in ("COUNTERSIGN_TOKEN", "COUNTERSIGN_SERVICE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / RELEASE.name).write_bytes(RELEASE.content)
    (tmp_path / f"{RELEASE.name}.sigstore.json").write_bytes(bytes(RELEASE.bundle()))
    (tmp_path / "token").write_text("cs_none\n")

    def run(*arguments: str) -> Ran:
        code = main(arguments)
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


class _Slow(BaseHTTPRequestHandler):
    """A service that accepts everything and never comes to a verdict."""

    def do_GET(self) -> None:
        known = {"id": "verification-7", "state": "accepted"} if "verifications" in self.path else {}
        self._answer(known | {"size": 3})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"id": "verification-7", "state": "accepted"})

    def _answer(self, tree: dict[str, object]) -> None:
        content = json.dumps(tree).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def slow() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Slow) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_nobody_there_is_5_and_nothing_is_decided(program: Program) -> None:
    asked = ("--service", "http://127.0.0.1:1", "--token-file", "token", "--wait", "0s")
    ran = program("remote", "verify", RELEASE.name, *EXPECTED, *asked)
    assert (ran.code, ran.output, ran.reason) == (5, b"", "remote.unreachable")


def test_no_verdict_yet_is_5_with_the_id_to_come_back_with(program: Program, slow: str) -> None:
    asked = ("--service", slow, "--token-file", "token", "--wait", "0s")
    ran = program("remote", "submit", RELEASE.name, *EXPECTED, *asked)
    accepted, pending = ran.errors.decode().splitlines()
    assert (ran.code, ran.output, accepted) == (5, b"", "countersign: verification verification-7")
    assert re.search(r"verification-7.*\[remote\.pending\] Resume with: countersign remote show ID --wait", pending)
    shown = program("remote", "show", "verification-7", *asked)
    assert (shown.code, shown.reason) == (5, "remote.pending")


def test_a_token_comes_by_file_descriptor_or_environment_and_never_as_an_argument(
    program: Program, slow: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    show = ("remote", "show", "verification-7", "--service", slow, "--wait", "0s")
    ran = program(*show)
    assert (ran.code, ran.reason) == (4, "remote.token_missing")
    with (tmp_path / "token").open("rb") as file:
        assert program(*show, "--token-fd", str(file.fileno())).code == 5
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "cs_none")
    assert program(*show).code == 5
    assert program(*show, "--token-file", "token", "--token-fd", "0").code == 2
    assert program(*show, "--token", "cs_none").code == 2


def test_a_verdict_is_fetched_by_either_id_with_its_record(program: Program, asker: Asker, tmp_path: Path) -> None:
    unknown = ("--identity", "https://elsewhere.example/build", "--issuer", ISSUER)
    first = program("remote", "submit", RELEASE.name, *unknown, *asker.flags, "--format", "json")
    again = program("remote", "submit", RELEASE.name, *unknown, *asker.flags, "--format", "json")
    (one,) = re.findall(r"verification-[0-9a-f]+", first.errors.decode())
    assert one in again.errors.decode()
    assert (first.code, first.output) == (again.code, again.output)
    shown = program("remote", "show", one, *asker.flags, "--format", "json", "--record", "record", "--bundle", "bundle")
    assert (shown.code, shown.output) == (first.code, first.output)
    assert "no signed verdict is written" in shown.error
    assert program("replay", "record", "--format", "json").output == first.output


def test_an_artifact_in_parts_is_the_artifact(
    program: Program, asker: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("api.client.sending.WHOLE", 100)
    monkeypatch.setattr("api.client.sending.PART", 300)
    content = RELEASE.content + b"one byte more, in parts"
    (tmp_path / RELEASE.name).write_bytes(content)
    ran = program("remote", "verify", RELEASE.name, *EXPECTED, *asker.flags, "--format", "json")
    report = json.loads(ran.output)
    assert (ran.code, report["predicate"]["artifact"]["size"]) == (1, len(content))
    assert report["subject"][0]["digest"]["sha256"] == hashlib.sha256(content).hexdigest()


def test_what_the_operator_publishes_is_asked_under_by_its_id(program: Program, asker: Asker) -> None:
    asked = ("remote", "verify", RELEASE.name, "--published", "https://policies.example/none", *asker.flags)
    ran = program(*asked)
    assert (ran.code, ran.reason) == (4, "remote.policy_unknown")
    assert program(*asked, "--trust", "sigstore").code == 2
    assert program(*asked, *EXPECTED).code == 2


def test_a_digest_that_no_service_knows_artifacts_by(program: Program, asker: Asker) -> None:
    ran = program(
        "remote", "verify", "sha512:" + "0" * 128, "-e", f"{RELEASE.name}.sigstore.json", *EXPECTED, *asker.flags
    )
    assert (ran.code, ran.reason) == (4, "remote.digest")
