"""A new user's walk: every command of the tutorial, as it stands there, against a service that was just started."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.recipes.scene import POLICY, RELEASE, WORLD, policy_file

from .processes import ROOT, serving

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.skipif(shutil.which("curl") is None, reason="the walk asks with curl, which is not on the PATH"),
]

PAGE = ROOT / "docs" / "tutorial" / "run-the-service.md"
CLIENT = ROOT / "docs" / "reference" / "client.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
END = "--- end of a block: "


def _walk(here: Path, url: str) -> list[tuple[str, int]]:
    """What each block printed, and the exit code of its last command; all in one shell, as somebody types them."""
    script = "".join(f"{block}\ncode=$?; echo; echo '{END}'$code\n" for block in BLOCKS[1:])
    (here / "countersign").write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m countersign "$@"\n')
    (here / "countersign").chmod(0o700)
    environment = {"PATH": f"{here}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(here), "COLUMNS": "80"}
    ran = subprocess.run(
        ["bash", "-c", script.replace("http://127.0.0.1:8470", url)],
        cwd=here,
        env=environment,
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


def test_a_new_user_gets_a_verdict_and_proof_of_it(tmp_path: Path) -> None:
    assert BLOCKS[0] == "countersign serve --data data --ready-file ready.json\n"
    (tmp_path / RELEASE.name).write_bytes(RELEASE.content)
    (tmp_path / f"{RELEASE.name}.sigstore.json").write_bytes(bytes(RELEASE.bundle()))
    (tmp_path / "policy.toml").write_bytes(policy_file(POLICY).content)
    (tmp_path / "trusted_root.json").write_bytes(bytes(WORLD.trusted_root()))
    with serving(tmp_path / "data") as served:
        walked = _walk(tmp_path, served.url)
        shown = _python(tmp_path, served.url)
    (ready, let_in, published, sent, curled, passed, failed, replayed) = walked
    assert [code for _, code in walked] == [0, 0, 0, 0, 0, 0, 1, 0], "".join(text for text, _ in walked)
    assert json.loads(ready[0])["ready"] is True
    assert let_in[0].count("next: ") == published[0].count("next: ") == 2
    assert (tmp_path / "token").read_text().strip() not in let_in[0]
    assert sent[0].count('"sha256"') >= 2
    answered = json.loads(curled[0])
    assert (answered["state"], answered["result"]["outcome"]) == ("done", "PASSED")
    assert "\nPASSED  endpoint-7.1.0.exe" in f"\n{passed[0]}"
    assert "engines: 2" in passed[0]
    assert "\nFAILED  endpoint-7.1.0.exe" in f"\n{failed[0]}"
    assert "subject.mismatch" in failed[0]
    assert "gives the same report, byte for byte" in replayed[0]
    assert json.loads(shown)["predicate"]["outcome"] == "PASSED"
