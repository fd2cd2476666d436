"""Whoever calls apt or installs a gate in it, and what a cut-off run left: nothing of theirs counts or stays."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.effects import apt_helper
from api.gate.apt.environment import FLAGS
from api.gate.apt.hooks import STARTED, launcher
from api.gate.apt.installation import Installation
from api.gate.apt.repair import repair
from api.gate.apt.transactions import changeable
from api.version import VERSION
from tests.api.killing import killed

from . import test_cut_off
from .test_cut_off import done
from .test_installation import digest_of, put

installation = test_cut_off.installation


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A launcher beside which no environment stands."""
    path = tmp_path / "apt-gate"
    path.write_text(launcher(FLAGS), encoding="ascii")
    path.chmod(0o755)
    return path


def _asked(path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(path), "gate", "apt", "check"],
        env={"PATH": os.defpath, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("program", ["env", "python3", "[", "exit", "echo", "sh"])
def test_a_program_of_the_callers_path_does_not_answer_for_the_gate(alone: Path, tmp_path: Path, program: str) -> None:
    """A PATH with somebody's directory in front: what lies there would run as root, and say that all is allowed."""
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / program
    fake.write_text(f"#!/bin/sh\n: > {tmp_path}/ran\nexit {STARTED}\n", encoding="ascii")
    fake.chmod(0o755)
    answer = _asked(alone, PATH=f"{fake.parent}:{os.defpath}")
    assert (answer.returncode, (tmp_path / "ran").exists()) == (4, False)
    assert "the gate does not answer" in answer.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"ENV": "answer.sh", "BASH_ENV": "answer.sh"},
        {"BASH_FUNC_env%%": f"() {{ return {STARTED}; }}"},
        {"IFS": "/", "CDPATH": "/", "PS4": "$(exit 40)", "SHELLOPTS": "xtrace"},
        {"code": str(STARTED), "here": "/"},
    ],
    ids=str,
)
def test_no_variable_of_the_callers_answers_for_the_gate(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answer.sh").write_text("exit 0\n", encoding="ascii")
    assert _asked(alone, **variables).returncode == 4


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_caller_that_closes_files_is_told_no(alone: Path, closed: tuple[int, ...]) -> None:
    away = " ".join(f"{number}>&-" for number in closed)
    assert subprocess.run(["/bin/sh", "-c", f'"{alone}" gate apt check {away}'], check=False).returncode != 0


def test_apts_own_program_is_not_given_the_libraries_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stay as they were installed, while apt's program is upgraded with the system's."""
    helper = tmp_path / "apt-helper"
    helper.write_text('#!/bin/sh\nprintf %s "libraries:$LD_LIBRARY_PATH"\n', encoding="ascii")
    helper.chmod(0o755)
    monkeypatch.setattr(apt_helper, "HELPER", str(helper))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path / "environment" / "lib"))
    assert apt_helper.expanded("Packages.lz4", 100) == b"libraries:"


@pytest.fixture
def open_mask() -> Iterator[None]:
    """A mask that takes nothing away: what is made so, everybody may write to."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_nobody_else_may_write_into_what_apt_runs_as_root(installation: Installation, open_mask: None) -> None:
    installation.install(installation.root / "gate.toml", VERSION)
    assert _open_to_others(installation) == []
    put(installation.kept(installation.installed().environment), b"damaged")
    assert len(list(repair(installation, VERSION))) == 1
    assert _open_to_others(installation) == []


def _open_to_others(installation: Installation) -> list[str]:
    made = [installation.prefix, *installation.prefix.rglob("*"), installation.configuration]
    return [str(path) for path in made if not path.is_symlink() and path.stat().st_mode & 0o022]


def test_removing_after_a_cut_leaves_every_byte_as_it_was(installation: Installation) -> None:
    before, step = digest_of(installation.root), 0
    while not killed(step, done(lambda: installation.install(installation.root / "gate.toml", VERSION))):
        step += 1
        if digest_of(installation.root) != before:
            installation.remove()
        assert digest_of(installation.root) == before
    assert step > 10


def test_a_package_behind_a_link_can_be_changed_by_whom_the_place_belongs_to(tmp_path: Path) -> None:
    """The link is root's, and so is the file; the directory in which the file lies is everybody's."""
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open" / "endpoint.deb").write_bytes(b"package")
    (tmp_path / "open").chmod(0o777)
    link = tmp_path / "endpoint.deb"
    link.symlink_to(tmp_path / "open" / "endpoint.deb")
    told = [fault.detail for fault in changeable([str(link)])]
    assert len(told) == 1
    assert str(tmp_path / "open") in told[0]
    (tmp_path / "open").chmod(0o755)
    assert changeable([str(link)]) == ()
