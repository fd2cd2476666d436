"""The conformance suite's own repositories, asked through its own command line: from a directory, and over HTTP."""

from __future__ import annotations

import datetime
import functools
import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load

from ..verifier.tuf_worlds import CONTENT, NOW, TARGET, World

CLIENT = Path(__file__).with_name("tuf-client")

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)

Run = Callable[[list[str], datetime.datetime], int]


def cases() -> Iterator[Case]:
    folder = unpacked()
    for case in load(folder / "cases.jsonl", folder / "data"):
        if case.id.startswith("tuf-conformance/") and case.params["op"] in ("refresh", "download"):
            yield case


def client() -> Run:
    """The client, in this process."""
    run: Run = runpy.run_path(str(CLIENT), run_name="tuf_client")["main"]
    return run


def laid_out(case: Case, folder: Path) -> Path:
    """The files of `case` as a repository and a client's directory."""
    for name, path in case.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (folder / "trusted").mkdir(exist_ok=True)
    return folder


@absent
def test_every_case_of_the_suite_from_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = client()
    wrong = []
    count = 0
    for number, case in enumerate(cases()):
        count += 1
        folder = laid_out(case, tmp_path / str(number))
        given = ["--metadata-dir", str(folder / "trusted"), "--metadata-url", f"file:{folder / 'metadata'}"]
        given += ["--target-base-url", f"file:{folder / 'targets'}", "--target-dir", str(folder / "got")]
        now = datetime.datetime.fromisoformat(case.params["now"])
        codes = set()
        for target in case.params.get("targets", [""]):
            codes.add(run([*given, "--target-name", target, case.params["op"]], now))
            assert codes <= {0, 1}
            assert codes != {0} or not target or (folder / "got" / quote(target, safe="")).is_file()
        if (codes != {0} and case.expect == "pass") or (1 not in codes and case.expect == "fail"):
            wrong.append((case.id, capsys.readouterr()))
    assert count >= 90
    assert not wrong


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A directory and the address under which it is served."""
    handler = functools.partial(Silent, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Silent(SimpleHTTPRequestHandler):
    """Serves files and tells nobody."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the name is the library's
        return


@pytest.mark.loopback
def test_a_new_client_follows_and_downloads_over_http(served: tuple[Path, str]) -> None:
    folder, address = served
    world = World()
    for name, content in world.served.items():
        (folder / name).write_bytes(content)
    (folder / "initial.json").write_bytes(world.kept["root"])
    hashed = f"{world.targets.targets[TARGET].hashes['sha256']}.{TARGET}"
    (folder / hashed).write_bytes(CONTENT)
    kept = folder / "kept"
    run = client()
    assert run(["--metadata-dir", str(kept), "init", str(folder / "initial.json")], NOW) == 0
    given = ["--metadata-dir", str(kept), "--metadata-url", address]
    target = ["--target-name", TARGET, "--target-base-url", address, "--target-dir", str(folder / "got")]
    assert run([*given, "refresh"], NOW) == 0
    assert (kept / "timestamp.json").read_bytes() == world.served["timestamp.json"]
    assert run([*given, *target, "download"], NOW) == 0
    assert (folder / "got" / TARGET).read_bytes() == CONTENT
    (folder / hashed).write_bytes(CONTENT[::-1])
    assert run([*given, *target, "download"], NOW) == 1


@pytest.mark.loopback
def test_a_repository_that_does_not_answer_is_said_to_be_unreachable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root.json").write_bytes(World().kept["root"])
    address = "http://127.0.0.1:1"
    assert client()(["--metadata-dir", str(tmp_path), "--metadata-url", address, "refresh"], NOW) == 1
    assert "update.unreachable" in capsys.readouterr().err


def test_the_process_ends_with_1_where_it_cannot_begin(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(CLIENT),
        "--metadata-dir",
        str(tmp_path),
        "--metadata-url",
        "file:/nowhere",
        "refresh",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "update.missing" in done.stderr
