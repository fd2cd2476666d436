"""A mirror of what passed: held sets leave the last good one served, and so does a kill at any step."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.effects.files import LocalFiles
from api.gate.staging import Most, Staging

from .conftest import Program
from .killing import killed
from .test_gate import AT, Fleet
from .test_gate import fleet as fleet


def bring(fleet: Fleet, number: int, *names: str, folder: str = "incoming") -> None:
    """Put release `number`, with its manifest, into the directory that is staged."""
    files = fleet.release(number, *names)
    shutil.rmtree(fleet.folder / folder, ignore_errors=True)
    (fleet.folder / folder).mkdir()
    for name in files:
        (fleet.folder / name).rename(fleet.folder / folder / name)
    (fleet.folder / f"manifest-{number}.jsonl").rename(fleet.folder / folder / "manifest.jsonl")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


WORDS = ("stage", "incoming", "mirror", "--state", "gate", "--policy", "gate.toml", "--trust", "release.key.pub",
         "-e", "manifest.jsonl", *AT)  # fmt: skip


def served(fleet: Fleet) -> dict[str, bytes]:
    """What a server of ``mirror/current`` would hand out."""
    root = fleet.folder / "mirror" / "current"
    return {path.name: path.read_bytes() for path in root.iterdir()} if root.exists() else {}


def test_what_passed_is_served_and_accepted(fleet: Fleet, program: Program) -> None:
    bring(fleet, 712)
    ran = program(*WORDS)
    assert ran.code == 0
    assert set(served(fleet)) == {"endpoint-712", "manifest.jsonl"}
    assert "number 712" in program("gate", "show", "--state", "gate").text
    bring(fleet, 713)
    assert program(*WORDS).code == 0
    assert set(served(fleet)) == {"endpoint-713", "manifest.jsonl"}
    bring(fleet, 714)
    assert program(*WORDS).code == 0
    assert len(list((fleet.folder / "mirror" / "sets").iterdir())) == 2


def _altered(fleet: Fleet) -> None:
    (fleet.folder / "incoming" / "endpoint-713").write_bytes(b"other bytes")


def _unsaid(fleet: Fleet) -> None:
    (fleet.folder / "incoming" / "manifest.jsonl").write_bytes(b"")


def _more(fleet: Fleet) -> None:
    (fleet.folder / "incoming" / "extra").write_bytes(b"not listed")


def _fewer(fleet: Fleet) -> None:
    bring(fleet, 713, "endpoint", "driver")
    (fleet.folder / "incoming" / "driver-713").unlink()


def _older(fleet: Fleet) -> None:
    bring(fleet, 711)


def _linked(fleet: Fleet) -> None:
    (fleet.folder / "incoming" / "link").symlink_to("endpoint-713")


def _nothing(fleet: Fleet) -> None:
    (fleet.folder / "incoming" / "endpoint-713").unlink()


@pytest.mark.parametrize("bound", [("--most-files", "1"), ("--most-bytes", "1KiB")])
def test_u09_a_source_that_is_too_large_is_not_taken(bound: tuple[str, str], fleet: Fleet, program: Program) -> None:
    bring(fleet, 712)
    assert program(*WORDS).code == 0
    bring(fleet, 713)
    (fleet.folder / "incoming" / "endpoint-713").write_bytes(bytes(2048))
    ran = program(*WORDS, *bound)
    assert (ran.code, "limit.set" in ran.error) == (4, True)
    assert set(served(fleet)) == {"endpoint-712", "manifest.jsonl"}
    assert not (fleet.folder / "mirror" / ".taken").exists()
    bring(fleet, 713)
    assert program(*WORDS).code == 0


@pytest.mark.parametrize(
    ("attack", "code", "reason"),
    [
        (_altered, 1, "subject.mismatch"),
        (_unsaid, 1, "json.malformed"),
        (_more, 1, "subject.mismatch"),
        (_fewer, 3, "update.incomplete"),
        (_older, 1, "update.rollback"),
        (_linked, 4, "input.link_outside"),
        (_nothing, 3, ""),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else None,
)
def test_what_is_held_leaves_the_last_good_set(
    attack: Callable[[Fleet], None], code: int, reason: str, fleet: Fleet, program: Program
) -> None:
    bring(fleet, 712)
    assert program(*WORDS).code == 0
    good = served(fleet)
    bring(fleet, 713)
    attack(fleet)
    ran = program(*WORDS)
    assert (ran.code, served(fleet)) == (code, good)
    assert reason in ran.text + ran.errors.decode()
    assert not (fleet.folder / "mirror" / ".taken").exists()


def test_u11_the_right_bytes_under_anothers_name_are_not_served(fleet: Fleet, program: Program) -> None:
    bring(fleet, 712, "agent", "uninstall")
    agent, uninstall = (fleet.folder / "incoming" / f"{name}-712" for name in ("agent", "uninstall"))
    for old, new in ((agent, agent.with_name("x")), (uninstall, agent), (agent.with_name("x"), uninstall)):
        old.rename(new)
    ran = program(*WORDS)
    assert (ran.code, "[manifest.name]" in ran.text, served(fleet)) == (1, True, {})


def test_u11_a_release_in_folders_of_its_own_keeps_its_names(fleet: Fleet, program: Program) -> None:
    bring(fleet, 712)
    incoming = fleet.folder / "incoming"
    (incoming / "acme").mkdir()
    (incoming / "endpoint-712").rename(incoming / "acme" / "endpoint-712")
    assert program(*WORDS).code == 0
    assert (fleet.folder / "mirror" / "current" / "acme" / "endpoint-712").exists()


def test_what_was_accepted_meanwhile_by_another_is_told_and_not_taken_for_accepted(
    fleet: Fleet, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(fleet, 712)
    fleet.release(713)
    assert fleet.check(713, "endpoint-713")[0] == 0
    whole: Callable[..., None] = Staging.promote

    def late(*arguments: Any) -> None:
        assert fleet.accept("endpoint-713") == 0
        whole(*arguments)

    monkeypatch.setattr(Staging, "promote", late)
    ran = program(*WORDS)
    assert (ran.code, ran.reason) == (4, "update.not_offered")


def test_no_name_looks_like_another_files_line(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    names = {}
    for source, files in ((one, {f"a\n{sha256(b'1')}  b": b"1"}), (other, {"a": b"1", "b": b"1"})):
        source.mkdir()
        for name, content in files.items():
            (source / name).write_bytes(content)
        staging = Staging(tmp_path / f"{source.name}-mirror")
        with staging.alone():
            names[source] = staging.take(str(source), LocalFiles(), Most(10, 1000))[1]
    assert names[one] != names[other]


def test_u03_a_source_cannot_exchange_what_was_judged(fleet: Fleet, program: Program) -> None:
    """The copy is served: what becomes of the source afterwards is nothing to anybody."""
    bring(fleet, 712)
    assert program(*WORDS).code == 0
    good = served(fleet)
    _altered(fleet)
    assert served(fleet) == good


def test_evidence_is_named_within_the_source(fleet: Fleet, program: Program) -> None:
    bring(fleet, 712)
    for name in ("/etc/passwd", "../gate.toml"):
        assert program(*WORDS, "-e", name).code == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_killed_at_any_step_the_last_good_set_is_served(fleet: Fleet, program: Program) -> None:
    """`kill -9` before the first change of the disk, the second, and so on; then once more without."""
    bring(fleet, 712)
    assert program(*WORDS).code == 0
    old = served(fleet)
    bring(fleet, 713)
    new = {path.name: path.read_bytes() for path in (fleet.folder / "incoming").iterdir()}
    start = fleet.folder / "start"
    start.mkdir()
    for name in ("mirror", "gate"):
        shutil.copytree(fleet.folder / name, start / name, symlinks=True)
    seen, step = [], 0
    while not killed(step, lambda: program(*WORDS)):
        seen.append(served(fleet))
        assert seen[-1] in (old, new)
        ran = program(*WORDS)
        assert (ran.code, served(fleet)) == (0, new), ran.text
        assert "number 713" in program("gate", "show", "--state", "gate").text
        assert not [path for path in (fleet.folder / "mirror").glob(".*") if path.name != ".lock"]
        for name in ("mirror", "gate"):
            shutil.rmtree(fleet.folder / name)
            shutil.copytree(start / name, fleet.folder / name, symlinks=True)
        step += 1
    assert step > 20
    assert old in seen
    assert new in seen


def test_two_at_once_do_not_meet(fleet: Fleet, program: Program) -> None:
    from api.gate.staging import Staging

    bring(fleet, 712)
    with Staging(Path("mirror")).alone():
        ran = program(*WORDS)
    assert (ran.code, b"output.unwritable" in ran.errors) == (4, True)
    assert served(fleet) == {}


@pytest.mark.parametrize("target", ["incoming", "incoming/mirror", "incoming/../incoming/mirror"])
def test_a_mirror_does_not_lie_in_what_it_takes(target: str, fleet: Fleet, program: Program) -> None:
    bring(fleet, 712)
    before = sorted(path.name for path in (fleet.folder / "incoming").iterdir())
    ran = program("stage", "incoming", target, *WORDS[3:])
    assert ran.code == 2
    assert b"TARGET lies in SOURCE" in ran.errors
    assert sorted(path.name for path in (fleet.folder / "incoming").iterdir()) == before
