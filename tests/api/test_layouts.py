"""A supply chain, as a user checks it: a layout and its links in a folder, and the owner's key."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.recipes import layout
from fixtures.recipes.scene import policy_file

from .conftest import Program
from .scene import NAME, NOW

ASKED = ("--policy", "layout.toml", "--trust", "owner.pem", "--now", NOW)


@pytest.fixture
def chain(scene: Path) -> Path:
    """The folder of an honest supply chain."""
    folder = scene / "chain"
    folder.mkdir()
    honest = layout.every_step_as_the_layout_says()
    for file in honest.evidence:
        (folder / file.name).write_bytes(file.content)
    (scene / "layout.toml").write_bytes(policy_file(layout.LAYOUT_POLICY).content)
    (scene / "owner.pem").write_bytes(honest.keys[0].content)
    return folder


def test_a_supply_chain_passes_and_is_replayed_to_the_same_bytes(chain: Path, program: Program) -> None:
    ran = program("verify", NAME, "-e", "chain", *ASKED, "--record", "record.json")
    assert (ran.code, ran.errors) == (0, b"")
    assert "build by sha256:" in " ".join(ran.text.split())
    assert program("replay", "record.json").code == 0


def test_t70_what_a_layout_would_run_is_printed_and_not_run(chain: Path, program: Program) -> None:
    (chain / "root.layout").write_bytes(layout.t70_inspection_is_not_run().evidence[0].content)
    ran = program("verify", NAME, "-e", "chain", *ASKED)
    text = " ".join(ran.text.split())
    assert (ran.code, "layout.inspection_not_run" in text) == (3, True)
    assert "unpack: 'sh -c touch /tmp/ran'" in text
    assert "not run" in text


def test_a_missing_link_says_which_step_by_whom(chain: Path, program: Program) -> None:
    (chain / "build.link").unlink()
    ran = program("verify", NAME, "-e", "chain", *ASKED)
    assert ran.code == 3
    assert "expected build by 1 of sha256:" in " ".join(ran.text.split())


def test_a_layout_and_a_link_are_shown_for_what_they_are(chain: Path, program: Program) -> None:
    (chain / "root.layout").write_bytes(layout.t70_inspection_is_not_run().evidence[0].content)
    shown = " ".join(program("inspect", "chain/root.layout").text.split())
    assert "an in-toto layout, 1 signature" in shown
    assert "build: by 1 of 1 keys" in shown
    assert "unpack: sh -c touch /tmp/ran (never run)" in shown
    assert "build: 1 materials, 1 products" in " ".join(program("inspect", "chain/build.link").text.split())


def test_a_layout_that_cannot_be_read_is_shown_with_the_reason(chain: Path, program: Program) -> None:
    (chain / "root.layout").write_bytes((chain / "root.layout").read_bytes().replace(b'"CREATE"', b'"PERMIT"'))
    assert "[layout.rule]" in program("inspect", "chain/root.layout").text
