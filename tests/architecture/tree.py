"""The source tree as syntax: what the architecture tests look at. Nothing here imports the code it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SHIPPED = ("attestations", "verifier", "api", "countersign")
"""The packages of the distribution."""

EVERYTHING = (*SHIPPED, "fixtures", "bench", "tests", "docs", "release")

PURE = ("attestations", "verifier")
"""The packages without effects."""


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root, its dotted name, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def package(self) -> str:
        return self.path.parts[0]

    def at(self, node: ast.stmt | ast.expr | ast.ExceptHandler) -> str:
        """Where `node` stands, for an assertion's message."""
        return f"{self.path.as_posix()}:{node.lineno}"


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """Every Python file of `packages`, in order of path."""
    return tuple(_read(path) for package in packages for path in sorted((ROOT / package).rglob("*.py")))


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT), text, ast.parse(text, str(path)))


def imports(source: Source) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Each import statement, wherever it stands, with the absolute name of the module it names."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node, _absolute(source, node)


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    is_package = source.path.name == "__init__.py"
    parts = source.name.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def strings(source: Source) -> Iterator[ast.Constant]:
    """Every string constant that is not a docstring."""
    documentation = {id(node) for node in _docstrings(source.tree)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that stand alone as statements: the docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value
