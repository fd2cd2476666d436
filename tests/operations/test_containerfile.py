"""The Containerfile, held against the tree and what a container should be: it is read here, and not built."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.serve import command as serve
from api.serving.settings import DEFAULT_PORT
from tests.architecture.tree import ROOT, SHIPPED

Instruction = tuple[str, str]

KNOWN = {
    *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
    *("RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
}
"""What it may say. ADD fetches and unpacks, SHELL and ONBUILD change what the rest means."""


def instructions() -> Iterator[Instruction]:
    """Each instruction and its words, lines that go on put together."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, words = line.partition(" ")
        yield name, " ".join(words.split())


def said(name: str) -> list[str]:
    return [words for found, words in instructions() if found == name]


def test_it_says_nothing_but_what_it_may() -> None:
    assert {name for name, _ in instructions()} <= KNOWN
    assert next(instructions())[0] == "ARG"


def test_both_stages_stand_on_one_image_that_can_be_pinned() -> None:
    assert said("ARG") == ["PYTHON=python:3.13-slim"]
    assert [words.partition(" AS ")[0] for words in said("FROM")] == ["${PYTHON}", "${PYTHON}"]


def test_what_is_installed_is_locked() -> None:
    installed = [part for words in said("RUN") for part in words.split("&&") if "pip install" in part]
    assert len(installed) == 3
    for command in installed:
        assert "--no-deps" in command
        assert "--require-hashes" in command or "--no-index" in command
    assert not [words for words in said("RUN") if re.search(r"curl|wget|apt-get|https?:", words)]


def test_nobody_runs_it_as_root_and_what_it_keeps_is_its_own() -> None:
    last = [name for name, _ in instructions()]
    assert said("USER") == ["10001:10001"]
    assert last.index("USER") < last.index("ENTRYPOINT")
    (volume,) = said("VOLUME")
    assert f"COUNTERSIGN_DATA={volume}" in said("ENV")[-1]
    assert any(f"--mode=0700 {volume}" in words for words in said("RUN"))


def test_it_runs_the_command_and_is_looked_at_where_that_answers() -> None:
    (entry,), (command,) = said("ENTRYPOINT"), said("CMD")
    assert json.loads(entry) == ["/opt/countersign/bin/countersign"]
    assert json.loads(command) == [serve.name]
    assert said("EXPOSE") == [str(DEFAULT_PORT)]
    (health,) = said("HEALTHCHECK")
    assert f"http://127.0.0.1:{DEFAULT_PORT}/healthz" in json.loads(health.partition(" CMD ")[2])[-1]


def test_the_engine_is_given_what_is_copied_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert kept == {"Containerfile", *(source.partition("/")[0] for source in _copied())}


def _copied() -> Iterator[str]:
    for words in said("COPY"):
        if not words.startswith("--from"):
            yield from words.split()[:-1]


def test_what_is_copied_is_enough_to_make_the_wheel(tmp_path: Path) -> None:
    for source in _copied():
        whole = ROOT / source
        target = tmp_path / source
        if whole.is_dir():
            shutil.copytree(whole, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(whole, target)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "out")]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    (path,) = (tmp_path / "out").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        held = {name.partition("/")[0] for name in wheel.namelist()}
    assert held >= set(SHIPPED)


@pytest.mark.parametrize("lock", ["core", "server"])
def test_the_locks_bring_what_builds_it_and_what_it_runs_on(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    wanted = {"core": ("hatchling", "cryptography"), "server": ("fastapi", "uvicorn", "procrastinate")}[lock]
    assert all(re.search(rf"^{name}==", text, re.MULTILINE) for name in wanted)
