"""Records: a verdict judged again, out of its record alone, to the same bytes, or a word why not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Program
from .running import Ran, run_process
from .scene import BY_FLAGS, BY_POLICY, NAME, RELEASE

UNSHARE = ("unshare", "--map-root-user", "--net")


def _unshare_works() -> bool:
    return shutil.which("unshare") is not None and subprocess.run([*UNSHARE, "true"], check=False).returncode == 0


@pytest.fixture
def recorded(scene: Path, program: Program) -> Ran:
    """The JSON run whose record is the file ``record``."""
    return program("verify", NAME, *BY_POLICY, "--format", "json", "--record", "record")


def test_a_replay_gives_the_same_report_byte_for_byte(recorded: Ran, program: Program) -> None:
    ran = program("replay", "record", "--format", "json")
    assert (ran.code, ran.output, ran.errors) == (0, recorded.output, b"")


@pytest.mark.skipif(not _unshare_works(), reason="no namespace without a network can be made here")
def test_a_replay_needs_no_network_no_store_and_no_other_file(recorded: Ran, scene: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (scene / "record").rename(alone / "record")
    ran = run_process("replay", "record", "--format", "json", cwd=alone, before=UNSHARE)
    assert (ran.code, ran.output, ran.errors) == (0, recorded.output, b"")
    assert [path.name for path in alone.iterdir()] == ["record"]


def test_a_replay_says_what_it_found(recorded: Ran, program: Program) -> None:
    ran = program("replay", "record", "--artifact", NAME)
    assert ran.code == 0
    assert "replayed record gives the same report, byte for byte" in ran.text
    assert f"{NAME} is the artifact that it is about" in ran.text


def test_a_replay_may_be_quiet(recorded: Ran, program: Program) -> None:
    ran = program("replay", "record", "-q")
    assert (ran.code, ran.output, ran.errors) == (0, b"", b"")


def test_another_artifact_is_refuted(recorded: Ran, scene: Path, program: Program) -> None:
    (scene / NAME).write_bytes(RELEASE.content + b"\0")
    ran = program("replay", "record", "--artifact", NAME)
    assert (ran.code, ran.output) == (1, b"")
    assert ran.reason == "record.artifact_mismatch"


def test_every_outcome_is_replayed_with_its_code(scene: Path, program: Program) -> None:
    (scene / NAME).write_bytes(b"altered")
    assert program("verify", NAME, *BY_POLICY, "--record", "failed").code == 1
    assert program("replay", "failed").code == 1
    (scene / f"{NAME}.sigstore.json").unlink()
    assert program("verify", NAME, *BY_FLAGS, "--record", "incomplete").code == 3
    assert program("replay", "incomplete").code == 3


Tree = dict[str, Any]


def _later(tree: Tree) -> None:
    tree["now"] = "2026-04-01T00:00:00Z"


def _another_artifact(tree: Tree) -> None:
    tree["artifact"]["digests"] = ["sha256:" + "0" * 64]


def _a_wider_policy(tree: Tree) -> None:
    del tree["policy"]["require"][0]["ref"]


def _another_report(tree: Tree) -> None:
    tree["report"] = tree["report"][4:]


@pytest.mark.parametrize("change", [_later, _another_artifact, _a_wider_policy, _another_report])
def test_an_altered_record_does_not_pass(
    recorded: Ran, scene: Path, program: Program, change: Callable[[Tree], None]
) -> None:
    tree = json.loads((scene / "record").read_bytes())
    change(tree)
    (scene / "record").write_text(json.dumps(tree))
    ran = program("replay", "record")
    assert (ran.code, ran.output) == (4, b"")
    assert ran.reason == "record.differs"
    recorded, made = re.findall(r"sha256:[0-9a-f]{64}", ran.error)
    assert recorded != made


def test_an_artifact_that_could_not_be_judged_has_no_record(scene: Path, program: Program) -> None:
    ran = program("verify", "absent", *BY_POLICY, "--record", "record")
    assert ran.code == 4
    assert "no record is written" in ran.error
    assert not (scene / "record").exists()


@pytest.mark.parametrize("artifacts", [(NAME, NAME), (".",)])
def test_a_record_is_of_one_artifact(scene: Path, program: Program, artifacts: tuple[str, ...]) -> None:
    ran = program("verify", *artifacts, *BY_POLICY, "--record", "record")
    assert ran.code == 2
    assert "--record" in ran.error
