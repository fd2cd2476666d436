"""``countersign gate sync`` against whoever has the source: what was withdrawn goes, whatever else is not to be had."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.effects.repository import DirectoryRepository
from api.gate import syncing
from api.gate.syncing import Syncing
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from verifier.faults import UpdateFault

from ..publish.assured import NOW
from .conftest import Program
from .test_sync import FILES, Desk, Site


@pytest.fixture
def site(here: Path) -> Site:
    return Site(here)


@pytest.fixture
def desk(here: Path, program: Program) -> Desk:
    return Desk(here, program)


class _Lists:
    """A mirror that has the lists, and falls silent at everything else."""

    def __init__(self, directory: Path) -> None:
        self._source = DirectoryRepository(directory)

    def fetch(self, name: str, most: int) -> bytes | None:
        if not name.startswith("metadata/"):
            raise UpdateFault("update.unreachable", "no answer")
        return self._source.fetch(name, most)

    def stream(self, name: str, most: int, feed: object) -> bool:
        raise AssertionError(name)


def test_u05_a_mirror_that_falls_silent_keeps_nothing_that_was_withdrawn(site: Site, desk: Desk) -> None:
    assert desk.sync("--root", "root.json").code == 0
    site.list(FILES[0], None)
    site.publish(FILES[1], 2, b"later verdict")
    with pytest.raises(Fault) as silent:
        Syncing(_Lists(site.directory), desk.folder / "synced", NOW, DEFAULT_LIMITS).run((), ())
    assert silent.value.reason == "update.unreachable"
    assert list(desk.brought().values()) == [b"verdict 2"]


def test_u05_a_disk_that_is_full_keeps_nothing_that_was_withdrawn(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.sync("--root", "root.json").code == 0
    site.list(FILES[0], None)
    site.publish(FILES[1], 2, b"later verdict")

    def full(path: str, content: bytes) -> None:
        raise UpdateFault("update.unreachable", f"no space left for {path}: {len(content)} bytes")

    monkeypatch.setattr(syncing, "write_whole", full)
    assert desk.sync().code != 0
    assert list(desk.brought().values()) == [b"verdict 2"]


def test_t80_an_older_verdict_under_a_number_that_was_given_anew_goes(site: Site, desk: Desk) -> None:
    """A service that was restored counts on from where it was: the number is listed, and another verdict has it."""
    assert desk.sync("--root", "root.json").code == 0
    site.publish(FILES[0], 1, b"another first verdict")
    shutil.rmtree(site.directory / "verdicts" / site.policy / "sha256" / FILES[0])
    ran = desk.sync()
    assert (ran.code, "update.missing" in ran.text, "0 withdrawn" in ran.text) == (3, True, True)
    assert sorted(desk.brought().values()) == [b"verdict 1", b"verdict 2"]


def test_evidence_that_is_another_each_time_leaves_room_for_what_is_looked_at(site: Site, desk: Desk) -> None:
    """Nobody signs which evidence there is: a mirror can serve another file at each run, and a gate reads so many."""
    assert desk.sync("--root", "root.json").code == 0
    most = DEFAULT_LIMITS.evidence_files // 2
    for number in range(most):
        site.put(f"../synced/evidence/{number:016x}-manifest.json", b"{}")
    site.put("evidence/manifest.json", b'{"another": 1}')
    site.list(FILES[0], None)
    ran = desk.sync("--evidence", "manifest.json")
    assert (ran.code, "limit.evidence_files" in ran.text) == (4, True)
    assert (len(desk.brought("evidence")), len(desk.brought())) == (most, 2)


def test_u19_links_on_a_stick_that_lead_to_one_another_are_no_files(site: Site, desk: Desk) -> None:
    place = site.directory / "verdicts" / site.policy / "sha256" / FILES[0]
    (place / "1.json").unlink()
    (place / "1.json").symlink_to("2.json")
    (place / "2.json").symlink_to("1.json")
    ran = desk.sync("--root", "root.json")
    assert (ran.code, "update.missing" in ran.text, ran.errors) == (3, True, b"")
    assert sorted(desk.brought().values()) == [b"verdict 1", b"verdict 2"]
