"""What tests of the command line share: a home of their own, and the program run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main

from .running import Ran
from .scene import lay_out

Program = Callable[..., Ran]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data directory, empty: nothing that this machine's user stored reaches a test."""
    directory = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_DATA_HOME", str(directory))
    monkeypatch.setenv("COLUMNS", "80")
    return directory


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of keys that open at once: nobody steals those of tests."""
    monkeypatch.setattr("api.effects.keys.encryption.ITERATIONS", 1000)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def program(capsysbinary: pytest.CaptureFixture[bytes]) -> Program:
    """The program as a function of its arguments."""

    def run(*arguments: str) -> Ran:
        code = main(arguments)
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def scene(here: Path) -> Path:
    """A directory with a release and all that belongs to it."""
    lay_out(here)
    return here
