"""The outermost layer: every end of the program has its exit code, and none but a pass ends a verdict with 0."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import verifier.engine
from api.cli import main
from verifier.outcome import Outcome

from ..values import replace
from .conftest import Program
from .running import ROOT, run_process
from .scene import BY_POLICY, NAME


class Panic(BaseException):
    """What native code raises when it panics: no `Exception`."""


@pytest.mark.parametrize(
    "crash",
    [ValueError("bad\nnews"), RecursionError(), MemoryError(), Panic("panicked"), SystemExit(0), GeneratorExit()],
)
def test_t60_a_crash_is_an_error_in_one_line_and_never_a_pass(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch, crash: BaseException
) -> None:
    def judge(_request: object, _memory: object) -> None:
        raise crash

    monkeypatch.setattr("api.usecases.verify.judge", judge)
    ran = program("verify", NAME, *BY_POLICY)
    assert (ran.code, ran.output) == (4, b"")
    assert f"a bug in countersign: {type(crash).__name__}" in ran.error
    assert "at test_program.py:" in ran.error
    assert ran.reason == "internal.crash"


def test_an_interrupt_is_no_verdict(scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(_request: object, _memory: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.usecases.verify.judge", judge)
    ran = program("verify", NAME, *BY_POLICY)
    assert (ran.code, ran.output, ran.errors) == (130, b"", b"\ncountersign: interrupted\n")


@pytest.mark.parametrize("outcome", Outcome)
def test_the_exit_code_is_that_of_the_outcome(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    real = verifier.engine.judge
    monkeypatch.setattr(
        "api.usecases.verify.judge", lambda request, memory: replace(real(request, memory), outcome=outcome)
    )
    ran = program("verify", NAME, *BY_POLICY, "-q")
    assert ran.code == outcome.exit_code
    assert (ran.code == 0) is (outcome is Outcome.PASSED)


def test_no_arguments_show_help_and_are_wrong_usage(program: Program) -> None:
    ran = program()
    assert ran.code == 2
    assert ran.errors.startswith(b"Usage: countersign ")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("verify", "--help"), ("--version",), ("trust", "-h")])
def test_asking_for_help_is_no_error(program: Program, arguments: tuple[str, ...]) -> None:
    ran = program(*arguments)
    assert (ran.code, ran.errors) == (0, b"")
    assert ran.output


def test_a_reader_who_leaves_changes_nothing_about_the_code(scene: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-W", "error", "-m", "countersign"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        for arguments, code in (
            (("verify", NAME, *BY_POLICY), 0),
            (("verify", NAME, "absent", *BY_POLICY), 4),
            (("explain",), 0),
        ):
            ran = subprocess.run(
                [*command, *arguments], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False, timeout=60
            )
            assert (ran.returncode, ran.stderr) == (code, b"")
    finally:
        os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_verdict_that_cannot_be_written_is_an_error(scene: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "countersign", "verify", NAME, *BY_POLICY]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,
            timeout=60,
        )
    assert ran.returncode == 4
    assert ran.stderr.startswith(b"countersign: standard output: cannot be written: ")
    assert ran.stderr.count(b"\n") == 1


def test_a_process_without_standard_streams_still_tells_by_its_code(scene: Path) -> None:
    command = f'exec "{sys.executable}" -m countersign verify {NAME} {" ".join(BY_POLICY)} >&- 2>&-'
    ran = subprocess.run(["sh", "-c", command], env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, timeout=60)
    assert ran.returncode == 0


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
def test_t99_every_encoding_gets_a_screen(scene: Path, encoding: str) -> None:
    ran = run_process("verify", NAME, "ab\udce9sent", *BY_POLICY, cwd=scene, environment={"PYTHONIOENCODING": encoding})
    assert ran.code == 4
    text = ran.output.decode(encoding)
    assert text.startswith(f"PASSED  {NAME}  sha256:")
    assert "ERROR  ab\\xe9sent  " in text
    assert ran.errors == b""


def test_there_are_no_colours_where_nobody_sees_them(scene: Path, program: Program) -> None:
    assert b"\x1b" not in program("verify", NAME, *BY_POLICY).output


def test_main_reads_the_process_arguments_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["countersign", "explain", "no.such_code"])
    assert main() == 2
