"""The process of the second client: confined before it reads anything, and nothing but its answer is an agreement."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.engines import tuf_asking
from api.engines.tuf_asking import TufLibrary
from api.engines.tuf_questions import AskedRepository, write_asked
from api.usecases.second_client import Seen
from verifier.updates.tuf.client import Bounds

from ..values import replace
from ..verifier.tuf_worlds import CONTENT, LATER, NOW, TARGET, World
from .running import ROOT
from .second_clients import InMemory
from .test_tuf import AT, KEPT, Shelf
from .test_tuf import shelf as shelf

SECOND = "--second-opinion"


@pytest.fixture
def asked() -> AskedRepository:
    world = World()
    return AskedRepository(NOW, dict(world.kept), dict(world.served), Bounds(), TARGET)


def test_the_process_answers(asked: AskedRepository) -> None:
    opinion = TufLibrary().ask(asked)
    assert (opinion.engine, opinion.answer, opinion.length) == ("tuf", "accepts", len(CONTENT))
    late = TufLibrary().ask(replace(asked, now=LATER))
    assert (late.answer, late.detail) == ("refuses", "ExpiredMetadataError: Final root.json is expired")


GOOD = '{"engine":"tuf","version":"7","answer":"accepts","versions":{}}'


@pytest.mark.parametrize(
    "does",
    [
        "raise SystemExit(9)",
        "import os; os.abort()",
        "pass",
        f"print('{GOOD}', flush=True); raise SystemExit(9)",
        f"print('noise{GOOD}')",
        f"print('{GOOD}' * 2)",
        "print('[' * 100000)",
        "import sys; sys.stdout.buffer.write(b'\"\\xff')",
        f"print('{GOOD}'.replace('accepts', 'maybe'))",
    ],
)
def test_a_process_that_dies_or_gives_no_answer_has_crashed(
    shelf: Shelf, asked: AskedRepository, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    monkeypatch.setattr(tuf_asking, "_PROGRAM", f"import sys; sys.stdin.buffer.read(); {does}")
    assert TufLibrary().ask(asked).answer == "crashed"
    ran = shelf.get(SECOND, "-o", "update.exe")
    assert (ran.code, "engines.disagree" in ran.text, (shelf.folder / "update.exe").exists()) == (4, True, False)


def test_a_process_that_takes_too_long_or_cannot_be_started_has_crashed(
    asked: AskedRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuf_asking, "SECONDS", 0.01)
    monkeypatch.setattr(tuf_asking, "_PROGRAM", "import sys; sys.stdin.buffer.read()\nwhile True: pass")
    assert TufLibrary().ask(asked).answer == "crashed"
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert TufLibrary().ask(asked).answer == "crashed"


@pytest.mark.parametrize(
    "attempt", ["open('written', 'w')", "os.mkdir('made')", "socket.create_connection(('127.0.0.1', 9))"]
)
def test_t96_the_library_changes_nothing_and_reaches_nobody(attempt: str, tmp_path: Path) -> None:
    """Its client is confined before it reads anything; what it may not do ends the process, and is no answer."""
    world = World()
    question = write_asked(AskedRepository(NOW, dict(world.kept), dict(world.served), Bounds(), None))
    program = (
        f"import os, socket, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from api.engines import tuf_worker\n"
        "import api.engines\n"
        "class Engine:\n"
        f"    answer = staticmethod(lambda asked: {attempt})\n"
        "sys.modules['api.engines.tuf_engine'] = api.engines.tuf_engine = Engine\n"
        "tuf_worker.main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program], cwd=tmp_path, input=question, capture_output=True, check=False
    )
    assert ran.returncode != 0
    assert b"Confined" in ran.stderr
    assert (ran.stdout, list(tmp_path.iterdir())) == (b"", [])


def test_this_process_loads_none_of_the_library(shelf: Shelf) -> None:
    words = ("tuf", "get", TARGET, *KEPT, *AT, SECOND)
    told = "print({'tuf', 'securesystemslib', 'urllib3'} & set(sys.modules))"
    program = f"import sys; from api.cli import main; assert main({words!r}) == 0; {told}"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shelf.folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.endswith("set()\n")
    assert "two clients" in ran.stdout


def test_a_file_that_changes_within_a_session_is_one_file_for_both() -> None:
    world = World()
    seen = Seen(memory := InMemory(world.served, dict(world.kept)), memory)
    first = seen.fetch("timestamp.json", 1 << 20)
    memory.served["timestamp.json"] = b"{}"
    assert seen.fetch("timestamp.json", 1 << 20) == first == seen.served["timestamp.json"]
    assert seen.fetch("timestamp.json", 1) is None
    seen.put("root", b"new")
    assert (seen.get("root"), seen.before, memory.store["root"]) == (b"new", {}, world.kept["root"])
