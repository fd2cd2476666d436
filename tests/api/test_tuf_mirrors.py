"""One repository at several places, and one of them lies: nobody is kept from the others, and it is not believed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ..verifier.tuf_worlds import CONTENT, TARGET
from .conftest import Program
from .test_tuf import AT, KEPT, ROOTS, Shelf


@pytest.fixture
def shelf(here: Path, program: Program) -> Shelf:
    """The vendor's repository is at a mirror of somebody else's, and at its own address."""
    made = Shelf(here, program)
    shutil.copytree(here / "vendor", here / "mirror")
    said = json.loads((here / "map.json").read_bytes())
    said["repositories"]["vendor"] = ["file:mirror", "file:vendor"]
    (here / "map.json").write_text(json.dumps(said))
    assert program("tuf", "init", *KEPT, *ROOTS, *AT).code == 0
    return made


@pytest.mark.parametrize(
    "content", [b"{}", b"", b"\xff" * 100, b"[" * 10_000], ids=["object", "nothing", "bytes", "deep"]
)
@pytest.mark.parametrize("name", ["2.root", "timestamp", "snapshot", "targets"])
@pytest.mark.parametrize("first", ["mirror", "vendor"])
def test_a_mirror_that_serves_what_nobody_signed_blocks_nobody(
    shelf: Shelf, name: str, content: bytes, first: str
) -> None:
    said = json.loads((shelf.folder / "map.json").read_bytes())
    said["repositories"]["vendor"].sort(reverse=first == "vendor")
    (shelf.folder / "map.json").write_text(json.dumps(said))
    metadata = shelf.folder / "mirror" / "metadata"
    paths = [path for path in metadata.iterdir() if name in path.name] or [metadata / f"{name}.json"]
    for path in paths:
        path.write_bytes(content)
    ran = shelf.get("-o", "update.exe")
    assert (ran.code, (shelf.folder / "update.exe").read_bytes()) == (0, CONTENT), ran.text


def test_t80_a_mirror_that_goes_back_blocks_nobody_and_is_not_believed(shelf: Shelf) -> None:
    shelf.worlds["vendor"].lay_out(shelf.folder / "vendor")
    assert shelf.get().code == 0
    shutil.rmtree(shelf.folder / "vendor")
    ran = shelf.get()
    assert ran.code == 0, ran.text


def test_where_every_place_lies_the_repository_is_refused_and_what_was_kept_stays(shelf: Shelf) -> None:
    assert shelf.get().code == 0
    kept = {path: path.read_bytes() for path in (shelf.folder / "repositories" / "vendor").iterdir()}
    for place in ("mirror", "vendor"):
        (shelf.folder / place / "metadata" / "timestamp.json").write_bytes(b"{}")
    ran = shelf.get()
    assert ran.code != 0
    assert {path: path.read_bytes() for path in (shelf.folder / "repositories" / "vendor").iterdir()} == kept


def test_a_mirror_that_lies_about_a_list_further_down_blocks_nobody(shelf: Shelf) -> None:
    """What it serves is followed to the list that speaks of the file, and only that is another."""
    world = shelf.worlds["vendor"]
    world.delegate(("first", ["*"], True))
    world.delegated["first"].targets[TARGET] = world.targets.targets.pop(TARGET)
    world.release()
    for place in ("mirror", "vendor"):
        world.lay_out(shelf.folder / place)
    lists = [path for path in (shelf.folder / "mirror" / "metadata").iterdir() if "first" in path.name]
    assert lists
    for path in lists:
        path.write_bytes(b"{}")
    ran = shelf.get()
    assert (ran.code, "agreed by vendor, assurer" in ran.text) == (0, True), ran.text
