"""The verifier touches nothing: real judgements, watched, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestations.faults import Fault
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case

from ..vectors.runner import request
from .tree import ROOT


def judgements() -> Iterator[Path]:
    """One case of each area: the first that is a request, and not refused before it is one."""
    seen = set()
    for folder in sorted(path.parent for path in VECTORS.glob(f"*/*/{CASE}")):
        area = folder.parent.name
        if area not in seen and isinstance(case := read_case(folder), VerdictCase) and is_request(case, folder):
            seen.add(area)
            yield folder


def is_request(case: VerdictCase, folder: Path) -> bool:
    try:
        request(case, folder)
    except Fault:
        return False
    return True


def judged(folder: Path, **environment: str) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.architecture.watched", str(folder)]
    ran = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=False, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    told: dict[str, object] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("folder", tuple(judgements()), ids=lambda folder: folder.parent.name)
def test_a_judgement_reaches_for_nothing(folder: Path) -> None:
    assert judged(folder)["seen"] == []


def test_a_judgement_is_the_same_wherever_it_is_made() -> None:
    """Not the hash seed, the time zone, the language or the terminal leaves a trace in the report."""
    folder = next(folder for folder in judgements() if folder.parent.name == "good")
    here = judged(folder, PYTHONHASHSEED="1", TZ="UTC", LANG="C", COLUMNS="40")
    there = judged(folder, PYTHONHASHSEED="2", TZ="Asia/Kolkata", LANG="C.UTF-8", COLUMNS="200")
    assert here["outcome"] == "PASSED"
    assert here["report"] == there["report"]


@pytest.mark.parametrize(
    "effect",
    [
        "open('/dev/null')",
        "__import__('time').time()",
        "__import__('datetime').datetime.now()",
        "__import__('os').urandom(1)",
        "__import__('os').getpid()",
        "__import__('socket').socket()",
        "__import__('random').random()",
        "__import__('threading').Thread(target=int).start()",
        "__import__('subprocess').run(['true'])",
    ],
)
def test_the_watch_sees(effect: str) -> None:
    """A watch that sees nothing would prove nothing: each of these must show."""
    program = (
        "import datetime, os, random, socket, subprocess, threading, time\n"
        "from tests.architecture.watched import Watch\n"
        f"with Watch() as watch: {effect}\n"
        "raise SystemExit(0 if watch.seen else 1)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=120).returncode == 0
