"""``kill -9`` at each step of check, accept and serve: the state before or the state after, and the next run works."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.gate import reaching
from api.gate.gate import Asked
from api.gate.reporting import summed
from api.gate.server import Callers, Server, socket_at
from api.gate.states import States
from attestations.faults import Fault

from .conftest import Program
from .killing import kill_before, killed
from .running import Ran
from .test_gate import AT, Fleet, fleet
from .test_gate_serve import gate_of
from .test_gate_settings import set_up, stand

__all__ = ["fleet"]

CHECK = ("gate", "check", "--config", "settings.toml", *AT)
ACCEPT = ("gate", "accept", "--config", "settings.toml")


@pytest.fixture
def files(fleet: Fleet) -> tuple[str, ...]:
    """The files of a release whose manifest stands by, at a gate that tells of its figures."""
    set_up(fleet, '[tell]\ntextfile = "countersign.prom"')
    names = fleet.release(712, "endpoint", "driver")
    stand(fleet, 712)
    return names


def at_each_step(fleet: Fleet, run: Callable[[], Ran], judge: Callable[[], None]) -> int:
    """Kill `run` before each change that it makes to the disk, have `judge` look, and begin again; the steps."""
    gate, start = fleet.folder / "gate", fleet.folder / "start"
    shutil.copytree(gate, start)
    step = 0
    while not killed(step, run):
        judge()
        shutil.rmtree(gate)
        shutil.copytree(start, gate)
        step += 1
    return step


def present(fleet: Fleet) -> bytes:
    return States(fleet.folder / "gate").present()


def test_a_check_that_is_killed_accepts_nothing_and_the_next_one_decides(
    fleet: Fleet, program: Program, files: tuple[str, ...]
) -> None:
    before = present(fleet)

    def judge() -> None:
        assert present(fleet) == before
        ran = program(*CHECK, *files)
        assert (ran.code, ran.errors) == (0, b"")
        (host,) = summed([fleet.folder / "gate"], None).hosts
        assert host.tally.allowed in (1, 2)
        assert program(*ACCEPT, *files).code == 0

    assert at_each_step(fleet, lambda: program(*CHECK, *files), judge) > 8


def test_an_acceptance_that_is_killed_leaves_the_state_before_or_after(
    fleet: Fleet, program: Program, files: tuple[str, ...]
) -> None:
    assert program(*CHECK, *files).code == 0
    before = present(fleet)
    seen = set()

    def judge() -> None:
        now = present(fleet)
        seen.add(now == before)
        assert program(*ACCEPT, *files).code == 0
        assert present(fleet) != before
        assert program(*CHECK, *files).code == 0
        assert "number 712" in program("gate", "show", "--config", "settings.toml").text

    assert at_each_step(fleet, lambda: program(*ACCEPT, *files), judge) > 6
    assert seen == {True, False}


@pytest.mark.loopback
def test_a_server_that_is_killed_allows_nothing_that_it_did_not_write_down(
    fleet: Fleet, program: Program, files: tuple[str, ...]
) -> None:
    gate, start = fleet.folder / "gate", fleet.folder / "start"
    shutil.copytree(gate, start)
    path = fleet.folder / "s"
    answered = False
    step = 0
    while not answered:
        with serving_until(step, fleet, path):
            try:
                answered = reaching.ask(path, Asked(files)).install
            except Fault as fault:
                assert fault.reason == "gate.unreachable"
        if answered:
            assert fleet.decisions()[-1]["action"] == "allow"
        assert program(*CHECK, *files).code == 0
        assert program(*ACCEPT, *files).code == 0
        shutil.rmtree(gate)
        shutil.copytree(start, gate)
        step += 1
    assert step > 8


@contextlib.contextmanager
def serving_until(step: int, fleet: Fleet, path: Path) -> Iterator[None]:
    """A process that answers at `path` until it is killed before its change number `step`, or when the context ends."""
    with socket_at(path, 0o600) as listener:
        child = os.fork()
        if child == 0:
            kill_before(step)
            try:
                noon = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
                Server(gate_of(fleet), listener, Callers(), lambda: noon).serve()
            finally:
                os._exit(99)
        listener.close()  # the child's alone from here on: where it is killed, whoever waits is told
        try:
            yield
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
