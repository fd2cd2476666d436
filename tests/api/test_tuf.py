"""``countersign tuf``: a file out of several repositories, and none that too few of them list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..verifier.tuf_worlds import CONTENT, TARGET, World, library_finds
from .conftest import Program
from .running import Ran

AT = ("--now", "2026-03-14T09:00:00Z")
KEPT = ("--map", "map.json", "--state", "repositories")
ROOTS = ("--root", "vendor=vendor.json", "--root", "assurer=assurer.json")


def lay_out_repositories(folder: Path) -> dict[str, World]:
    """A vendor's repository and an assurer's in `folder`, their first roots, and a map that asks for both."""
    worlds = {name: World() for name in ("vendor", "assurer")}
    for name, world in worlds.items():
        world.lay_out(folder / name)
    rule = {"paths": ["*"], "repositories": list(worlds), "threshold": 2, "terminating": True}
    repositories = {name: [f"file:{name}"] for name in worlds}
    (folder / "map.json").write_text(json.dumps({"repositories": repositories, "mapping": [rule]}))
    return worlds


class Shelf:
    """The two repositories, and the program that asks them."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder = folder
        self.program = program
        self.worlds = lay_out_repositories(folder)

    def serve(self, name: str, content: bytes = CONTENT) -> None:
        self.worlds[name].lay_out(self.folder / name, content)

    def get(self, *more: str) -> Ran:
        return self.program("tuf", "get", TARGET, *KEPT, *AT, *more)


@pytest.fixture
def shelf(here: Path, program: Program) -> Shelf:
    made = Shelf(here, program)
    assert program("tuf", "init", *KEPT, *ROOTS, *AT).code == 0
    return made


def test_a_file_that_both_list_is_fetched_and_the_library_finds_it_too(shelf: Shelf) -> None:
    ran = shelf.get("-o", "update.exe")
    assert (ran.code, (shelf.folder / "update.exe").read_bytes()) == (0, CONTENT)
    assert "agreed by vendor, assurer" in ran.text
    assert all(library_finds(world) for world in shelf.worlds.values())
    assert (shelf.folder / "repositories" / "vendor" / "timestamp.json").read_bytes() == shelf.worlds["vendor"].served[
        "timestamp.json"
    ]


def test_other_bytes_that_one_of_them_lists_are_held_and_the_file_of_before_stays(shelf: Shelf) -> None:
    assert shelf.get("-o", "update.exe").code == 0
    shelf.worlds["vendor"].offer(b"bytes for one customer")
    shelf.serve("vendor", b"bytes for one customer")
    ran = shelf.get("-o", "update.exe")
    assert ran.code == 3
    assert "update.disagreement" in ran.text
    assert (shelf.folder / "update.exe").read_bytes() == CONTENT
    assert not list(shelf.folder.glob(".countersign-*"))


def test_bytes_that_are_not_the_listed_ones_are_taken_from_another_repository_or_not_at_all(shelf: Shelf) -> None:
    shelf.serve("vendor", CONTENT[::-1])
    ran = shelf.get("-o", "update.exe")
    assert (ran.code, (shelf.folder / "update.exe").read_bytes()) == (0, CONTENT)
    assert "out of the repository of assurer" in ran.text
    shelf.serve("assurer", CONTENT[:-1])
    ran = shelf.get("-o", "other.exe")
    assert (ran.code, (shelf.folder / "other.exe").exists()) == (1, False)
    assert "update.inconsistent" in ran.text


def test_t80_an_older_state_is_refused_by_what_was_kept(shelf: Shelf) -> None:
    first = dict(shelf.worlds["assurer"].served)
    shelf.worlds["assurer"].release()
    shelf.serve("assurer")
    assert shelf.program("tuf", "refresh", *KEPT, *AT).code == 0
    shelf.worlds["assurer"].served |= first
    shelf.serve("assurer")
    ran = shelf.program("tuf", "refresh", *KEPT, *AT)
    assert ran.code == 1
    assert ["update.rollback" in line for line in ran.text.splitlines()] == [False, True]
    assert (shelf.get().code, "update.rollback" in shelf.get().text) == (1, True)


def test_a_root_is_pinned_once(shelf: Shelf) -> None:
    assert shelf.program("tuf", "init", *KEPT, *ROOTS, *AT).code == 0
    ran = shelf.program("tuf", "init", *KEPT, "--root", "vendor=assurer.json", *AT)
    assert (ran.code, "output.not_empty" in ran.error) == (4, True)


def test_nothing_begins_without_a_root_for_each_that_its_own_keys_sign(here: Path, program: Program) -> None:
    worlds = lay_out_repositories(here)
    missing = program("tuf", "init", *KEPT, *ROOTS[:2], *AT)
    assert (missing.code, "--root assurer=FILE" in missing.error) == (4, True)
    document = json.loads(worlds["vendor"].kept["root"])
    (here / "vendor.json").write_text(json.dumps({**document, "signatures": []}))
    assert "update.unsigned" in program("tuf", "init", *KEPT, *ROOTS, *AT).error
    assert not (here / "repositories" / "assurer").exists()
    assert program("tuf", "init", *KEPT, "--root", "../x=vendor.json").code == 2
    refused = program("tuf", "get", TARGET, *KEPT, *AT)
    assert (refused.code, "update.missing" in refused.text) == (3, True)


def test_a_root_that_is_none_is_told_with_its_repository(here: Path, program: Program) -> None:
    lay_out_repositories(here)
    (here / "assurer.json").write_bytes(b"")
    ran = program("tuf", "init", *KEPT, *ROOTS, *AT)
    assert (ran.code, ran.reason) == (4, "json.malformed")
    assert "the root of assurer@0: " in ran.error


def test_a_name_that_nobody_lists_is_refuted(shelf: Shelf) -> None:
    ran = shelf.program("tuf", "get", "nowhere.exe", *KEPT, *AT)
    assert (ran.code, "[update.target_unknown]" in ran.text) == (1, True)


@pytest.mark.parametrize("name", ["../map.json", "/etc/passwd", "..", "a\x1b[2J", "x" * 300])
def test_t83_u19_a_name_is_looked_up_and_never_a_path(shelf: Shelf, name: str) -> None:
    ran = shelf.program("tuf", "get", name, *KEPT, *AT, "-o", "out")
    assert (ran.code, "\x1b" in ran.text, (shelf.folder / "out").exists()) == (1, False, False)
    assert "update.target_unknown" in ran.text


def test_two_runs_at_once_do_not_share_a_state(shelf: Shelf) -> None:
    from api.effects.alone import alone

    with alone(shelf.folder / "repositories"):
        ran = shelf.get()
    assert (ran.code, "another run is at it" in ran.error) == (4, True)


def test_a_name_that_is_no_text_is_a_mistake_on_the_command_line(shelf: Shelf) -> None:
    assert shelf.program("tuf", "get", "endpoint\udcff", *KEPT, *AT).code == 2


@pytest.mark.parametrize("command", ["refresh", "get"])
def test_t80_what_was_kept_and_cannot_be_read_is_not_taken_for_nothing(shelf: Shelf, command: str) -> None:
    assert shelf.get().code == 0
    kept = shelf.folder / "repositories" / "vendor" / "timestamp.json"
    kept.unlink()
    kept.mkdir()
    ran = shelf.program("tuf", command, *(() if command == "refresh" else (TARGET,)), *KEPT, *AT)
    assert (ran.code, b"input.unreadable" in ran.output + ran.errors) == (4, True)
