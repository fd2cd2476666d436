"""The pages for operators: every command in them is one that there is, with flags that it has; so is every figure."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from api.cli.program import program
from api.http.meters import Meters
from tests.architecture.tree import ROOT

PAGES = sorted((ROOT / "docs" / "operations").glob("*.md"))
COMMAND = re.compile(r"(?:^|=|`)(?:/opt/countersign/bin/|sudo )?countersign ([a-z][^`\n]*)", re.MULTILINE)


def commands(page: Path) -> list[list[str]]:
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    found = [shlex.split(words.partition("  #")[0], comments=True) for words in COMMAND.findall(text)]
    return [words for words in found if words[0] in program.commands or words[0] in program.list_commands(context())]


def context() -> click.Context:
    return click.Context(program, info_name="countersign", **program.context_settings)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_in_a_page_is_one_that_there_is(page: Path) -> None:
    for words in commands(page):
        command, rest, within = _resolved(words)
        if isinstance(command, click.Group):
            continue  # "`countersign remote …`" speaks of all of them
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        used = {word.partition("=")[0] for word in rest if word.startswith("-")}
        assert used <= known | {"--help"}, (words, within)


def _resolved(words: list[str]) -> tuple[click.Command, list[str], click.Context]:
    """The command that `words` name, and the words that follow it."""
    command: click.Command = program
    within, rest = context(), list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith(("-", "…")):
        below = command.get_command(within, rest[0])
        assert below is not None, words
        within, command = click.Context(below, within, info_name=rest.pop(0)), below
    return command, rest, within


def test_the_pages_show_commands() -> None:
    assert sum(len(commands(page)) for page in PAGES) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_figure_in_a_page_is_one_that_is_given(page: Path) -> None:
    given = set(re.findall(r"^# TYPE (\w+)", Meters().page().decode(), re.MULTILINE))
    given |= set(re.findall(r"^(countersign_\w+?)(?:_bucket|_created)?[{ ]", Meters().page().decode(), re.MULTILINE))
    assert not set(re.findall(r"`(countersign_\w+)", page.read_text(encoding="utf-8"))) - given


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_is_found_from_the_index(page: Path) -> None:
    assert f"operations/{page.name}" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
