"""``countersign gate sync``: what a service published comes to a gate, whole, current, and whatever cuts it off."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.effects.repository import DirectoryRepository
from api.gate.syncing import Syncing
from attestations.limits import DEFAULT_LIMITS
from attestations.tuf.writing import target_part
from fixtures.recipes.scene import POLICY, policy_file
from verifier.faults import UpdateFault
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest, plain

from ..publish.assured import NOW, Repository
from ..verifier.tuf_worlds import World
from .conftest import Program
from .killing import killed
from .running import Ran

AT = ("--now", "2026-03-02T11:04:00Z")
FILES = tuple(hashlib.sha256(name).hexdigest() for name in (b"endpoint", b"driver", b"agent"))


class Site:
    """What a service published, in ``public``; a verdict is any bytes here: what it says is the gate's to check."""

    def __init__(self, folder: Path, *, succinct: bool = False) -> None:
        self.directory = folder / "public"
        self.repository = Repository(self.directory, succinct=succinct)
        policy = parse_policy(policy_file(POLICY).content, "policy.toml", DEFAULT_LIMITS)
        self.policy = digest(policy).hex
        self.put(f"policies/{self.policy}.json", json.dumps({"policy": plain(policy)}).encode())
        for number, file in enumerate(FILES):
            self.publish(file, 1, b"verdict %d" % number)
        (folder / "root.json").write_bytes(self.repository.anchor)

    def put(self, name: str, content: bytes) -> None:
        (self.directory / name).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / name).write_bytes(content)

    def publish(self, file: str, number: int, verdict: bytes) -> None:
        """The service's next verdict on `file`, listed in place of what was listed."""
        self.put(f"verdicts/{self.policy}/sha256/{file}/{number}.json", verdict)
        said = {self.policy: {"number": number, "sha256": hashlib.sha256(verdict).hexdigest()}}
        self.list(file, {"countersign": {"verdicts": said, "paths": []}})

    def list(self, file: str, custom: Mapping[str, object] | None) -> None:
        self.repository.say([(f"sha256/{file}", target_part(1, file, dict(custom)) if custom is not None else None)])


class Desk:
    """A gate's side: the program, and what it brought."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder = folder
        self.program = program

    def sync(self, *more: str, source: str = "public") -> Ran:
        return self.program("gate", "sync", *more, "--from", source, "--into", "synced", *AT)

    def brought(self, kind: str = "verdicts") -> dict[str, bytes]:
        root = self.folder / "synced"
        found = (path for path in (root / kind).rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def site(here: Path) -> Site:
    return Site(here)


@pytest.fixture
def desk(here: Path, program: Program) -> Desk:
    return Desk(here, program)


@pytest.mark.parametrize("succinct", [False, True])
def test_everything_comes_once(here: Path, desk: Desk, succinct: bool) -> None:
    site = Site(here, succinct=succinct)
    ran = desk.sync("--root", "root.json")
    assert ran.code == 0, ran.text
    assert desk.brought() == {f"verdicts/{site.policy}/sha256/{file}/1.json": b"verdict %d" % number
                              for number, file in enumerate(FILES)}  # fmt: skip
    assert list(desk.brought("policies")) == [f"policies/{site.policy}.json"]
    shutil.rmtree(site.directory / "verdicts")
    ran = desk.sync()
    assert (ran.code, "0 new, 0 withdrawn, 3 listed" in ran.text) == (0, True)


def test_what_is_listed_is_what_comes_and_nothing_else(site: Site, desk: Desk) -> None:
    site.put(f"verdicts/{site.policy}/sha256/{FILES[0]}/1.json", b"verdict of somebody else")
    site.put(f"verdicts/{site.policy}/sha256/{FILES[1]}/9.json", b"not listed")
    ran = desk.sync("--root", "root.json")
    assert (ran.code, "update.inconsistent" in ran.text) == (1, True)
    assert sorted(desk.brought().values()) == [b"verdict 1", b"verdict 2"]
    (site.directory / f"verdicts/{site.policy}/sha256/{FILES[0]}/1.json").unlink()
    ran = desk.sync()
    assert (ran.code, "update.missing" in ran.text) == (3, True)


def test_t80_nothing_older_takes_the_place_of_something_newer(site: Site, desk: Desk) -> None:
    shutil.copytree(site.directory, desk.folder / "old")
    site.publish(FILES[0], 2, b"later verdict")
    assert desk.sync("--root", "root.json").code == 0
    now = desk.brought()
    assert now[f"verdicts/{site.policy}/sha256/{FILES[0]}/2.json"] == b"later verdict"
    ran = desk.sync(source="old")
    assert (ran.code, "update.rollback" in ran.text, desk.brought()) == (1, True, now)


def test_what_was_superseded_or_withdrawn_goes(site: Site, desk: Desk) -> None:
    assert desk.sync("--root", "root.json").code == 0
    site.publish(FILES[0], 2, b"later verdict")
    site.list(FILES[1], None)
    ran = desk.sync()
    assert (ran.code, "1 new, 2 withdrawn, 2 listed" in ran.text) == (0, True)
    assert sorted(desk.brought().values()) == [b"later verdict", b"verdict 2"]


def test_a_damaged_copy_is_mended(site: Site, desk: Desk) -> None:
    assert desk.sync("--root", "root.json").code == 0
    good = desk.brought()
    (desk.folder / "synced" / next(iter(good))).write_bytes(b"verd")
    assert (desk.sync().code, desk.brought()) == (0, good)


def test_a_gate_may_ask_for_its_own_files_alone(site: Site, desk: Desk) -> None:
    (desk.folder / "driver").write_bytes(b"driver")
    ran = desk.sync("driver", f"sha256:{FILES[2]}", "--root", "root.json")
    assert (ran.code, sorted(desk.brought().values())) == (0, [b"verdict 1", b"verdict 2"])
    site.list(FILES[1], None)
    ran = desk.sync("driver")
    assert (ran.code, "update.target_unknown" in ran.text) == (1, True)
    assert list(desk.brought().values()) == [b"verdict 2"]


def test_more_verdicts_than_are_brought_are_asked_for_by_file(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.gate.syncing.MOST_VERDICTS", 2)
    ran = desk.sync("--root", "root.json")
    assert (ran.code, "limit.sync" in ran.text, desk.brought()) == (4, True, {})
    assert desk.sync(f"sha256:{FILES[0]}").code == 0


def test_a_policy_is_the_one_that_its_name_says(site: Site, desk: Desk) -> None:
    other = parse_policy(policy_file(POLICY.set("/version", 9)).content, "policy.toml", DEFAULT_LIMITS)
    site.put(f"policies/{site.policy}.json", json.dumps({"policy": plain(other)}).encode())
    ran = desk.sync("--root", "root.json")
    assert (ran.code, "not the policy that its name says" in ran.text) == (1, True)
    assert desk.brought("policies") == {}


def test_standing_evidence_stays_beside_what_came_before(site: Site, desk: Desk) -> None:
    asked = ("--evidence", "manifest.jsonl", "--root", "root.json")
    for content in (b"manifest 1", b"manifest 2", b"manifest 1"):
        site.put("evidence/manifest.jsonl", content)
        assert desk.sync(*asked).code == 0
    assert sorted(desk.brought("evidence").values()) == [b"manifest 1", b"manifest 2"]
    assert all(name.endswith("-manifest.jsonl") for name in desk.brought("evidence"))
    assert desk.sync("--evidence", "absent").code == 3


@pytest.mark.parametrize("name", ["../root.json", "/etc/passwd", ".hidden", "a/b", "a\\b", "c:x", "%2e%2e", "x" * 129])
def test_t83_u19_a_name_of_evidence_is_one_part_of_a_path(site: Site, desk: Desk, name: str) -> None:
    assert desk.sync("--evidence", name, "--root", "root.json").code == 2


@pytest.mark.parametrize(
    "said",
    [
        {"../../../root": {"number": 1, "sha256": FILES[0]}},
        {"ab" * 32: {"number": 1, "sha256": "../x"}},
        {"ab" * 32: {"number": -1, "sha256": FILES[0]}},
        {"ab" * 32: {"number": 10**9, "sha256": FILES[0]}},
    ],
)
def test_t83_what_a_list_calls_a_verdict_never_leads_elsewhere(
    site: Site, desk: Desk, said: Mapping[str, object]
) -> None:
    site.list(FILES[0], {"countersign": {"verdicts": said, "paths": []}})
    ran = desk.sync("--root", "root.json")
    assert (ran.code, "json.value" in ran.text) == (1, True)


def test_a_file_is_listed_under_its_own_digest_or_refused(site: Site, desk: Desk) -> None:
    custom = {"countersign": {"verdicts": {}, "paths": []}}
    site.repository.say([(f"sha256/{FILES[0]}", target_part(1, FILES[1], custom))])
    ran = desk.sync("--root", "root.json")
    assert (ran.code, "another digest" in ran.text) == (1, True)


def test_nothing_begins_without_a_root_that_was_handed_over(site: Site, desk: Desk) -> None:
    ran = desk.sync()
    assert (ran.code, "update.missing" in ran.text) == (3, True)
    (desk.folder / "other.json").write_bytes(World().kept["root"])
    ran = desk.sync("--root", "other.json")
    assert (ran.code, "update.unsigned" in ran.text) == (1, True)
    assert "output.not_empty" in desk.sync("--root", "root.json").error
    assert desk.brought() == {}


class Failing:
    """A source that does not answer any more after so many files."""

    def __init__(self, directory: Path, left: int) -> None:
        self._source = DirectoryRepository(directory)
        self.left = left

    def fetch(self, name: str, most: int) -> bytes | None:
        if self.left == 0:
            raise UpdateFault("update.unreachable", "the stick was pulled out")
        self.left -= 1
        return self._source.fetch(name, most)

    def stream(self, name: str, most: int, feed: object) -> bool:
        raise AssertionError(name)


def test_pulled_out_at_any_file_the_next_run_goes_on(site: Site, desk: Desk) -> None:
    """Of what is not here yet, each run gets one file: what was brought before is not asked for again."""
    files = 0
    for _ in range(20):
        syncing = Syncing(Failing(site.directory, 3), desk.folder / "synced", NOW, DEFAULT_LIMITS)
        syncing.pin(site.repository.anchor)
        try:
            syncing.run((), ())
        except UpdateFault as fault:
            assert fault.reason == "update.unreachable"
            assert len(desk.brought()) >= files
            files = len(desk.brought())
        else:
            break
    assert (files > 0, len(desk.brought())) == (True, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_killed_at_any_step_every_file_is_whole_and_the_next_run_ends(site: Site, desk: Desk) -> None:
    whole = {f"verdict {number}".encode() for number in range(3)}
    step = 0
    while not killed(step, lambda: desk.sync("--root", "root.json")):
        assert {content for name, content in desk.brought().items() if name.endswith("/1.json")} <= whole
        assert desk.sync("--root", "root.json").code == 0
        assert set(desk.brought().values()) == whole
        shutil.rmtree(desk.folder / "synced")
        step += 2
    assert step > 40
