"""Pages for people: links lead somewhere, decisions have their three parts, nothing tells of one machine."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from .tree import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_into_the_tree_leads_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert not [target for target in targets if target and not (page.parent / target).exists()]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_dated_and_says_what_it_costs(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    number = int(page.name[:4])
    assert re.match(rf"# {number}\. .+\n\n\d{{4}}-\d\d-\d\d\n", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "What it costs"]


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "decisions" / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d.+?\.md)\)", index) == [page.name for page in DECISIONS]


@pytest.mark.parametrize(
    "package", ["api/gate", "api/gate/apt", "api/publish/tuf", "verifier/updates", "verifier/updates/tuf"]
)
def test_a_package_that_lists_its_parts_lists_all_of_them(package: str) -> None:
    folder = ROOT / package
    listed = set(re.findall(r"\w+", ast.get_docstring(ast.parse((folder / "__init__.py").read_bytes())) or ""))
    parts = {path.stem for path in folder.glob("*.py")} - {"__init__", "faults"}
    assert parts - listed == set()


def test_no_page_or_file_tells_of_one_machine() -> None:
    """Paths of somebody's home or workshop mean nothing to anybody else."""
    texts = [*PAGES, ROOT / "Makefile", ROOT / "pyproject.toml", *(ROOT / "requirements").iterdir()]
    machine = re.compile(r"/(?:home|root|Users|work)/\w")
    assert not [path.name for path in texts if machine.search(path.read_text(encoding="utf-8"))]
