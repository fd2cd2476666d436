"""Who may import what: allow-lists, where the import contracts of pyproject.toml hold arrows and deny-lists.

These name the few outside modules that the pure packages are made of, so that a new one is a decision, not an accident.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import tomllib
from collections.abc import Iterator

from .tree import PURE, ROOT, SHIPPED, imports, sources

# fmt: off
STANDARD = frozenset({
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime",
    "decimal", "enum", "fractions", "functools", "hashlib", "hmac", "importlib", "io", "ipaddress", "itertools", "json",
    "lzma", "math", "operator", "pkgutil", "re", "string", "struct", "tomllib", "types", "typing", "unicodedata",
    "zlib",
})
# fmt: on
"""Modules of the standard library that compute and do nothing else."""

OUTSIDE = {
    "attestations": {"jiter", "msgspec"},
    "verifier": {"attestations", "cryptography", "msgspec", "pysequoia", "rfc8785"},
}
"""What each pure package is made of besides: decoders; for the verifier cryptography, OpenPGP, and JCS to compare."""

BUILT_IN_EFFECTS = frozenset({"open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__"})


def test_the_pure_packages_are_made_of_few_things() -> None:
    assert not [
        f"{source.at(node)} {name}"
        for source in sources(*PURE)
        for node, name in imports(source)
        if name != "urllib.parse"
        if name.split(".")[0] not in STANDARD | OUTSIDE[source.package] | {source.package}
    ]


def test_the_pure_packages_call_no_built_in_effect() -> None:
    assert not [
        f"{source.at(node)} {node.func.id}"
        for source in sources(*PURE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILT_IN_EFFECTS
    ]


def test_json_of_others_is_read_strictly() -> None:
    """`json` may write. What reads is `attestations.strict_json`, which takes one reading or none."""
    assert not [
        source.at(node)
        for source in sources(*PURE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"json.load", "json.loads", "json.JSONDecoder"}
    ]


def test_package_data_is_read_in_three_places() -> None:
    """The tables of reasons and of known differences, at import: decision 2. Schemas of SBOMs, when asked for: 61."""
    readers = {
        source.path.as_posix()
        for source in sources(*PURE)
        for _, name in imports(source)
        if name == "pkgutil" or name.startswith("importlib.")
    }
    assert readers == {"verifier/opinions.py", "verifier/reasons.py", "verifier/sbom_schemas.py"}


def test_the_public_package_only_passes_names_on() -> None:
    made = {
        node.name
        for source in sources("countersign")
        for node in source.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert made <= {"__getattr__", "__dir__"}


def test_every_core_dependency_is_used() -> None:
    """What nobody imports costs every install, and widens what must be trusted."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_normal(re.split(r"[\[<>=!~ ;]", dependency)[0]) for dependency in project["dependencies"]}
    homes = importlib.metadata.packages_distributions()
    modules = {name.split(".")[0] for source in sources(*SHIPPED) for _, name in imports(source)} | set(_read_from())
    used = {_normal(distribution) for module in modules for distribution in homes.get(module, [])}
    assert wanted <= used


def _read_from() -> Iterator[str]:
    """Packages out of which package data is read: as good as imported."""
    for source in sources(*SHIPPED):
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="get_data"), args=[ast.Constant(value=str(package)), *_]):
                    yield package


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
