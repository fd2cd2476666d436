"""An assured repository as clients use it: beside the vendor's own, and at a gate that has no network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from attestations.tuf.writing import target_part

from ..publish.assured import Repository
from ..verifier.tuf_worlds import CONTENT, TARGET, World
from .conftest import Program
from .test_gate import Fleet
from .test_staple import AT, NAME
from .test_staple import fleet as fleet
from .test_sync import Site

SETTINGS = """\
format = "countersign.gate/1"
state = "gate"

[[guard]]
policy = "gate.toml"
trust = ["release.key.pub", "assurer.key.pub"]
evidence = ["manifest-712.jsonl"]
synced = ["synced"]
"""


@pytest.mark.parametrize("succinct", [False, True])
def test_a_file_of_the_vendor_s_is_taken_where_the_assurer_lists_it(
    here: Path, program: Program, succinct: bool
) -> None:
    """The assurer's repository has lists by hash and no files; the vendor's has the file."""
    World().lay_out(here / "vendor")
    assured = Repository(here / "assurer", succinct=succinct)
    (here / "assurer.json").write_bytes(assured.anchor)
    rule = {"paths": ["*"], "repositories": ["vendor", "assurer"], "threshold": 2, "terminating": True}
    repositories = {name: [f"file:{name}"] for name in ("vendor", "assurer")}
    (here / "map.json").write_text(json.dumps({"repositories": repositories, "mapping": [rule]}))
    kept = ("--map", "map.json", "--state", "repositories", "--now", "2026-03-14T09:00:00Z")
    roots = ("--root", "vendor=vendor.json", "--root", "assurer=assurer.json")
    assert program("tuf", "init", *kept, *roots).code == 0
    ran = program("tuf", "get", TARGET, *kept, "-o", "update.exe")
    assert (ran.code, "update.unconfirmed" in ran.text) == (3, True)
    custom = {"countersign": {"verdicts": {}}}
    assured.say([(TARGET, target_part(len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), custom))])
    ran = program("tuf", "get", TARGET, *kept, "-o", "update.exe")
    assert (ran.code, (here / "update.exe").read_bytes()) == (0, CONTENT), ran.text


def test_a_verdict_that_was_brought_lets_a_gate_allow_and_one_withdrawn_has_it_hold(
    fleet: Fleet, program: Program
) -> None:
    (fleet.folder / "fleet.toml").write_text(SETTINGS)
    words = ("gate", "check", NAME, "--config", "fleet.toml", *AT)
    assert (program(*words).code, fleet.decisions()[-1]["reasons"]) == (3, ["verdict.absent"])
    site = Site(fleet.folder)
    file = hashlib.sha256((fleet.folder / NAME).read_bytes()).hexdigest()
    site.publish(file, 1, (fleet.folder / "out" / "verdict.json").read_bytes())
    sync = ("gate", "sync", "--from", "public", "--into", "synced", *AT)
    assert program(*sync, "--root", "root.json").code == 0
    ran = program(*words)
    assert ran.code == 0, ran.text
    site.list(file, None)
    assert program(*sync).code == 0
    assert (program(*words).code, fleet.decisions()[-1]["reasons"]) == (3, ["verdict.absent"])


def test_verdicts_on_other_files_are_not_read(fleet: Fleet, program: Program) -> None:
    (fleet.folder / "fleet.toml").write_text(SETTINGS)
    words = ("gate", "check", NAME, "--config", "fleet.toml", *AT)
    others = fleet.folder / "synced" / "verdicts" / ("ab" * 32) / "sha256"
    for number in range(300):
        (others / f"{number:064x}").mkdir(parents=True)
        (others / f"{number:064x}" / "1.json").write_bytes(b"nothing that could be read")
    assert (program(*words).code, fleet.decisions()[-1]["reasons"]) == (3, ["verdict.absent"])
    own = others / hashlib.sha256((fleet.folder / NAME).read_bytes()).hexdigest()
    own.mkdir()
    (own / "1.json").write_bytes((fleet.folder / "out" / "verdict.json").read_bytes())
    assert program(*words).code == 0
