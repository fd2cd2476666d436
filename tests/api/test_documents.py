"""What the documents show is what the program prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.commands import commands

from .conftest import Program
from .consoles import consoles
from .running import ROOT

README = tuple(consoles(ROOT / "README.md"))
TUTORIALS = {path.stem: tuple(consoles(path)) for path in sorted((ROOT / "docs" / "tutorial").glob("*.md"))}
AUDITING = ("audit-a-release", "hand-over-a-dossier")
"""Tutorials that start from the scene: a release, its evidence, a policy."""


@pytest.mark.parametrize("number", range(len(README)))
def test_the_readme_shows_what_is_printed(program: Program, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.chdir(ROOT)
    name, *words = README[number].words
    ran = program(*words)
    assert (name, ran.text + ran.errors.decode()) == ("countersign", README[number].output)


def test_the_readme_shows_a_pass_and_a_failure() -> None:
    first_words = {console.output.split()[0] for console in README}
    assert {"NOT", "PASSED", "FAILED"} <= first_words


@pytest.mark.parametrize("name", AUDITING)
def test_a_tutorial_shows_what_is_printed(scene: Path, program: Program, name: str) -> None:
    """One after the other, in the directory that it speaks of."""
    assert TUTORIALS[name]
    for console in TUTORIALS[name]:
        name, *words = console.words
        ran = program(*words)
        assert (name, ran.text + ran.errors.decode()) == ("countersign", console.output)


def test_the_reference_of_commands_is_current() -> None:
    assert (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8") == commands()
