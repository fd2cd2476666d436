"""The reference is whole: whatever a user may write or read has its line, and nothing has a line that is not there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from attestations.limits import Limits
from verifier.checks.statements import CHECKS

from ..vectors.test_coverage import ONLY_PASSED, OTHER_CHECKS
from .tree import ROOT, sources

REFERENCE = ROOT / "docs" / "reference"
KNOWN = {check.name for check in CHECKS} | {*OTHER_CHECKS, *ONLY_PASSED}


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def named(text: str) -> set[str]:
    return set(re.findall(r"`([^`\s]+)`", text))


def test_every_check_has_its_line() -> None:
    text = page("checks.md").partition("## Limits")[0]
    first = {name for line in text.splitlines() if line.startswith("| `") for name in named(line.split("|")[1])}
    assert sorted(first) == sorted(KNOWN)


def test_every_limit_has_its_line_and_its_default() -> None:
    lines = [line.split("|") for line in page("checks.md").partition("## Limits")[2].splitlines() if line[:3] == "| `"]
    told = {
        name: default
        for line in lines
        for name, default in _pairs(re.findall(r"`(\w+)`", line[1]), line[2].strip().split(", "))
    }
    assert told == {name: _spelled(getattr(Limits(), name)) for name in Limits.__struct_fields__}


def _pairs(names: list[str], defaults: list[str]) -> Iterator[tuple[str, str]]:
    yield from zip(names, defaults * len(names) if len(defaults) == 1 else defaults, strict=True)


def _spelled(bound: int) -> str:
    return f"{bound >> 20} MiB" if bound >= 1 << 20 else str(bound)


def test_every_setting_of_a_policy_is_described() -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "policy.schema.json").read_text(encoding="utf-8"))
    text = page("policy.md")
    written = named(text) | set(re.findall(r"\b(\w+) = ", text)) | set(re.findall(r"^\[+([a-z]+)", text, re.MULTILINE))
    assert not sorted(set(_properties(schema)) - written)


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else ():
        yield from _properties(inner)


def test_every_variable_that_is_read_is_described() -> None:
    read = {
        node.args[0].value
        for source in sources("api")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "os.environ.get"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {"COLUMNS", "NO_COLOR"} <= read
    assert not sorted(read - named(page("cli.md")))


@pytest.mark.parametrize("name", sorted(path.name for path in REFERENCE.glob("*.md")))
def test_every_page_of_the_reference_is_found_from_the_index(name: str) -> None:
    assert f"reference/{name}" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
