"""A new user's walk: every command of the tutorial, as it stands there, against a service that was just started."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fixtures.recipes.scene import POLICY, RELEASE, WORLD, policy_file
from tests.backends import Backend
from tests.servers import ObjectStore

from .processes import ROOT, serving, start

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.skipif(shutil.which("curl") is None, reason="the walk asks with curl, which is not on the PATH"),
]

PAGE = ROOT / "docs" / "tutorial" / "run-the-service.md"
CLIENT = ROOT / "docs" / "reference" / "client.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
END = "--- end of a block: "


def _walk(here: Path, url: str, environment: Mapping[str, str], meanwhile: str) -> list[tuple[str, int]]:
    """What each block printed, and the exit code of its last command; all in one shell, as somebody types them.

    `meanwhile` is done in the same shell once the first verdict is there.
    """
    blocks = [*BLOCKS[1:6], f"{meanwhile}\n{BLOCKS[6]}", *BLOCKS[7:]]
    script = "".join(f"{block}\ncode=$?; echo; echo '{END}'$code\n" for block in blocks)
    (here / "countersign").write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m countersign "$@"\n')
    (here / "countersign").chmod(0o700)
    known = {"PATH": f"{here}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(here), "COLUMNS": "80"}
    ran = subprocess.run(
        ["bash", "-c", script.replace("http://127.0.0.1:8470", url)],
        cwd=here,
        env={**known, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    pieces = re.split(rf"^{END}(\d+)\n", ran.stdout, flags=re.MULTILINE)
    return [(text, int(code)) for text, code in zip(pieces[::2], pieces[1::2], strict=False)]


def _python(here: Path, url: str) -> str:
    """What the page about the client has its program print, of the release as it was before it was broken."""
    (program,) = re.findall(r"```python\n(.*?)```", CLIENT.read_text(encoding="utf-8"), re.DOTALL)
    (here / RELEASE.name).write_bytes(RELEASE.content)
    command = [sys.executable, "-W", "error", "-c", program.replace("http://127.0.0.1:8470", url)]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=here, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A directory with a release, its evidence, a policy and the trust root that it names."""
    (tmp_path / RELEASE.name).write_bytes(RELEASE.content)
    (tmp_path / f"{RELEASE.name}.sigstore.json").write_bytes(bytes(RELEASE.bundle()))
    (tmp_path / "policy.toml").write_bytes(policy_file(POLICY).content)
    (tmp_path / "trusted_root.json").write_bytes(bytes(WORLD.trusted_root()))
    return tmp_path


def _check(walked: list[tuple[str, int]], token: str) -> None:
    assert [code for _, code in walked] == [0, 0, 0, 0, 0, 0, 1, 0], "".join(text for text, _ in walked)
    (ready, let_in, published, sent, curled, passed, failed, replayed) = (text for text, _ in walked)
    assert json.loads(ready)["ready"] is True
    assert let_in.count("next: ") == published.count("next: ") == 2
    assert token not in let_in
    assert sent.count('"sha256"') >= 2
    answered = json.loads(curled)
    assert (answered["state"], answered["result"]["outcome"]) == ("done", "PASSED")
    assert "\nPASSED  endpoint-7.1.0.exe" in f"\n{passed}"
    assert "engines: 2" in passed
    assert "\nFAILED  endpoint-7.1.0.exe" in f"\n{failed}"
    assert "subject.mismatch" in failed
    assert "gives the same report, byte for byte" in replayed


def test_a_new_user_gets_a_verdict_and_proof_of_it(desk: Path) -> None:
    assert BLOCKS[0] == "countersign serve --data data --ready-file ready.json\n"
    with serving(desk / "data") as served:
        walked = _walk(desk, served.url, {}, "")
        shown = _python(desk, served.url)
    _check(walked, (desk / "token").read_text().strip())
    assert json.loads(shown)["predicate"]["outcome"] == "PASSED"


def test_the_same_walk_on_several_machines_with_a_worker_killed_on_the_way(
    desk: Path, request: pytest.FixtureRequest
) -> None:
    """PostgreSQL, S3, an API node that judges nothing, two workers: one dies after the first verdict."""
    # Servers start once this test may open sockets: after fixtures of a run are made, before its own.
    backend: Backend = request.getfixturevalue("large_backend")
    objects: ObjectStore = request.getfixturevalue("object_server")
    shared = {"COUNTERSIGN_DATABASE": backend.database_url, "COUNTERSIGN_BLOBS": backend.blobs_url}
    environment = {**shared, **objects.environment}
    with serving(desk / "data", "--judges", "0", environment=environment) as served, contextlib.ExitStack() as ended:
        workers = []
        for number in range(2):
            log = desk / f"worker-{number}.log"
            worker = start("worker", "--data", str(desk / "data"), log=log, environment=environment)
            ended.callback(worker.wait)
            ended.callback(worker.kill)
            workers.append(worker)
        walked = _walk(desk, served.url, environment, f"kill -9 {workers[0].pid}")
    _check(walked, (desk / "token").read_text().strip())
    assert workers[0].returncode == -signal.SIGKILL
