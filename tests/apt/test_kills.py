"""The hook is killed before each of its changes to the disk: nothing comes in by mistake, and the next run works."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Installer, own
from .machine import Machine, deb
from .test_installation import put

pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")

START = """\
import os, signal, sys
from pathlib import Path
word, turn = (Path(__file__).parents[2] / "kill").read_text().split()
seen = [0] if word in sys.argv else None

def changes(event, arguments):
    if event in ("os.rename", "os.link", "os.remove", "os.mkdir"):
        return True
    return event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))

def watch(event, arguments):
    if seen and changes(event, arguments):
        seen[0] += 1
        if seen[0] > int(turn):
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
from api.cli.apt_process import begin
sys.exit(begin())
"""
"""Where the environment starts: as it does, but that it is killed before its change number so and so."""

MOST = 30
"""Changes that a hook makes, at the very most."""


class Killed(Machine):
    """A machine whose hook is killed when it is told so."""

    def __init__(self, folder: Path, install: Installer) -> None:
        super().__init__(folder, install)
        app = own(self.installation).link.resolve() / "app"
        put(app / "__main__.py", START.encode())
        for compiled in (app / "__pycache__").glob("__main__*"):
            compiled.unlink()
        self.spare()

    def kill(self, word: str, turn: int) -> None:
        """Kill the hook that is given this word, before its change of this number, from 0."""
        (self.installation.prefix / "kill").write_text(f"{word} {turn}")

    def spare(self) -> None:
        """Kill nobody."""
        self.kill("nobody", 0)


@pytest.fixture
def machine(tmp_path: Path, install: Installer) -> Killed:
    folder = tmp_path / "machine"
    folder.mkdir()
    return Killed(folder, install)


def test_killed_before_dpkg_nothing_is_installed(machine: Killed) -> None:
    machine.archive.publish(1, deb(machine.archive.folder, "7.1.0"))
    machine.updated()
    before = machine.accepted()
    for turn in range(MOST):
        machine.kill("check", turn)
        ran = machine.apt("install", "endpoint")
        if ran.returncode == 0:
            break
        assert "so apt is stopped" in ran.stdout
        assert (machine.version(), machine.accepted()) == (None, before)
    assert turn > 5
    assert machine.version() == "7.1.0"
    assert machine.accepted() != before


def test_killed_after_dpkg_the_next_run_accepts(machine: Killed) -> None:
    previous = machine.accepted()
    for turn in range(MOST):
        machine.archive.publish(turn, deb(machine.archive.folder, f"7.{turn}.0"))
        machine.updated()
        machine.kill("accept", turn)
        ran = machine.apt("install", "endpoint")
        assert machine.version() == f"7.{turn}.0", ran.stdout
        if ran.returncode == 0:
            break
    assert turn > 3
    accepted = machine.accepted()
    assert accepted != previous
    machine.spare()
    machine.archive.publish(turn - 1, deb(machine.archive.folder, "6.0"))
    machine.forget_indexes()
    machine.updated()
    ran = machine.apt("install", "--allow-downgrades", "endpoint=6.0")
    assert "update.rollback" in ran.stdout
    assert machine.accepted() == accepted
