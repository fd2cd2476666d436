"""The commands of the gate in apt, as an administrator gives them: each example of their help is run here."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from api.cli.gate_apt import command as apt
from api.cli.gate_repair import command as mend
from api.gate.apt.installation import Installation
from tests.api.conftest import Program, here, home, program

from .conftest import Installer
from .machine import Machine
from .test_installation import put

__all__ = ("here", "home", "program")


@pytest.fixture
def machine(here: Path, install: Installer) -> Machine:
    """A machine in the directory ``machine`` of the one in which the commands are given."""
    return Machine(here, install, "machine")


def example(name: str) -> list[str]:
    """The words of the example in the help of a command of this name."""
    command = mend if name == "repair" else apt.commands[name]
    assert command.epilog is not None
    return shlex.split(command.epilog.partition("Example:")[2])[1:]


@pytest.fixture
def shared(machine: Machine, original: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be built is taken from what was built before."""

    def build(directory: Path) -> str:
        digest = original.installed().environment
        shutil.copytree(original.environment(digest), directory)
        return digest

    monkeypatch.setattr("api.gate.apt.installation.build", build)


def test_install_and_remove(machine: Machine, shared: None, program: Program, here: Path) -> None:
    assert program(*example("remove")).text.startswith("removed: apt asks no gate; ")
    assert not machine.installation.prefix.exists()
    for name in machine.gate.iterdir():
        (here / name.name).symlink_to(name)
    ran = program(*example("install"))
    assert ran.code == 0, ran.errors
    assert ran.text == f"installed: apt asks the gate of {here / 'gate.toml'} before it unpacks anything\n"
    assert program("gate", "apt", "install", "--root", "machine").code == 0
    assert machine.installation.installed().config == str(machine.gate / "gate.toml")


def test_nothing_is_installed_for_a_gate_that_cannot_be_asked(machine: Machine, program: Program) -> None:
    machine.installation.remove()
    (machine.gate / "gate.toml").write_text("format =")
    assert program("gate", "apt", "install", "--root", "machine").reason == "gate.settings"
    assert not machine.installation.prefix.exists()


def stated(text: str) -> list[str]:
    """What stands for each thing, on one line."""
    return re.sub(r"\n +", " ", text).splitlines()


def test_status_says_that_all_is_right(machine: Machine, program: Program) -> None:
    ran = program(*example("status"))
    assert (ran.code, ran.errors) == (0, b""), ran.text
    assert [line.split("  ")[0].strip() for line in ran.text.splitlines()] == [
        *("environment", "kept copy", "hooks", "apt", "gate"),
    ]
    assert "enforces; policies: 1, streams accepted: 0" in ran.text
    (machine.root / "etc/apt/apt.conf.d/99z").write_text('Acquire::Check-Valid-Until "false";\n')
    ran = program("gate", "apt", "status", "--root", "machine")
    assert (ran.code, stated(ran.text)[-1].split()[:2]) == (0, ["weakened", "WEAK"])
    assert max(map(len, ran.text.splitlines())) <= 80


def test_status_says_what_is_wrong(machine: Machine, program: Program) -> None:
    put(machine.installation.launcher, b"#!/bin/sh\n")
    (machine.root / "etc/apt/apt.conf.d/99z").write_text(
        '#clear DPkg::Post-Invoke;\nAcquire::Check-Valid-Until "false";\n'
    )
    until = "observe_until = 2100-01-01T00:00:00Z\n"
    config = machine.gate / "gate.toml"
    config.write_text(config.read_text().replace("[[guard]]", f"{until}\n[[guard]]", 1))
    ran = program("gate", "apt", "status", "--root", "machine")
    assert ran.code == 4
    wrong = [line for line in stated(ran.text) if "WRONG" in line or "WEAK" in line]
    for line, (what, reason) in zip(
        wrong,
        [
            *[("hooks", "apt.damaged"), ("apt", "apt.unasked"), ("gate", "gate.observes_too_long")],
            ("weakened", "client.weakened"),
        ],
        strict=True,
    ):
        assert line.startswith(what)
        assert f"[{reason}]" in line


def test_repair_names_what_it_mends(machine: Machine, program: Program) -> None:
    assert program(*example("repair")).text == "whole: there was nothing to mend\n"
    put(machine.installation.launcher, b"#!/bin/sh\n")
    said = program("gate", "repair", "--root", "machine").text
    assert said == f"{machine.installation.launcher}: it is not what was written: written anew\n"
    machine.installation.remove()
    assert program("gate", "repair", "--root", "machine").reason == "apt.not_installed"


def test_accepting_where_nothing_is_installed_accepts_nothing(machine: Machine, program: Program, here: Path) -> None:
    (here / "gate.toml").write_text(
        (machine.gate / "gate.toml").read_text().replace('"state"', f'"{machine.gate}/state"')
    )
    ran = program(*example("accept"))
    assert (ran.code, ran.errors) == (0, b"")
    waiting: dict[str, object] = {"dpkg": str(machine.root / "var/lib/dpkg"), "artifacts": ["ab" * 32]}
    waiting |= {"packages": [{"name": "endpoint", "version": "7.1.0", "architecture": "amd64"}]}
    (machine.gate / "state" / "apt-installing.json").write_text(json.dumps(waiting))
    ran = program(*example("accept"))
    assert ran.code == 0
    assert b"not accepted yet: endpoint 7.1.0 not installed" in ran.errors
    (machine.gate / "state" / "apt-installing.json").write_text("{}")
    assert b"[input.unreadable]" in program(*example("accept")).errors
