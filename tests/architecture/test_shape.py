"""The shape of the code: sizes, names, docstrings, imports. Each test lists every offender."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .tree import EVERYTHING, PURE, SHIPPED, Source, functions, imports, sources

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
LONGEST_LIST = 400
"""Lines of a file of tests or vectors, which lists cases of one idea and is read in pieces."""

EMPTY_WORDS = frozenset({"Manager", "Helper", "Util", "Utils", "Data", "Info", "Handler", "Processor"})
"""Words that say nothing, in a class name."""

SPECIFIED = frozenset({"SignedData", "TstInfo"})
"""Class names that a specification chose: RFC 5652 section 5.1, RFC 3161 section 2.4.2."""

RUNNING = frozenset({"Walk", "_Automaton", "_Reader"})
"""Structs that one call makes, changes and drops: how far it came. No value that anybody keeps."""

ABBREVIATIONS = frozenset(
    {"cfg", "ctx", "env", "idx", "msg", "params", "req", "resp", "sig", "sigs", "tmp", "ts", "val", "vals"}
)
"""Met elsewhere, not to be met here: purl, VSA, SVR, TSA, SCT, PAE, TUF, DSSE and SBOM are the only ones we use."""

SUPPRESSION = re.compile(r"#\s*(?:noqa(?::[A-Z0-9, ]+)?|type: ?ignore(?:\[[a-z, -]+\])?|pragma: \w+)( *#? *\w.*)?$")
"""A linter told to look away; the group is the reason that must follow it."""


def test_files_are_one_idea_long() -> None:
    lengths = {source.path.as_posix(): len(source.text.splitlines()) for source in sources(*EVERYTHING)}
    lists = ("tests/", "fixtures/recipes/")
    assert not {
        path: length
        for path, length in lengths.items()
        if length > (LONGEST_LIST if path.startswith(lists) else LONGEST_FILE)
    }


def test_functions_are_one_thought_long() -> None:
    lengths = {
        f"{source.at(node)} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for source in sources(*EVERYTHING)
        for node in functions(source)
    }
    assert not {place: length for place, length in lengths.items() if length > LONGEST_FUNCTION}


def test_every_module_says_what_it_is() -> None:
    """An empty ``__init__.py`` says that its folder is a package, and no more."""
    written = [source for source in sources(*EVERYTHING) if source.text]
    documentation = {source.path.as_posix(): ast.get_docstring(source.tree) or "" for source in written}
    said = {path: text.partition("\n\n")[0] for path, text in documentation.items()}
    assert not [path for path, text in said.items() if not text.endswith((".", ":", "?"))]


def test_every_public_thing_says_what_it_is() -> None:
    """But for a function of a few lines, whose name says it all: a clause of a profile, say."""
    assert not [
        f"{source.at(node)} {node.name}"
        for source in sources(*SHIPPED)
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
        if isinstance(node, ast.ClassDef) or len(node.body) > 2
    ]


def test_class_names_say_something() -> None:
    assert not [
        f"{source.at(node)} {node.name}"
        for source in sources(*EVERYTHING)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node.name not in SPECIFIED
        if EMPTY_WORDS & set(re.findall(r"[A-Z][a-z]+|[A-Z]+(?![a-z])", node.name))
    ]


def test_names_are_spelled_out() -> None:
    assert not [
        f"{source.path.as_posix()} {name}"
        for source in sources(*SHIPPED)
        for name in sorted(set(_bound_names(source)))
        if ABBREVIATIONS & set(name.lower().strip("_").split("_"))
    ]


def _bound_names(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                yield name


def test_imports_are_relative_inside_a_package_and_absolute_across() -> None:
    assert not [
        f"{source.at(node)} {name}"
        for source in sources(*SHIPPED, "fixtures", "bench")
        for node, name in imports(source)
        if (name.split(".")[0] == source.package) != (isinstance(node, ast.ImportFrom) and node.level > 0)
    ]


def test_nothing_below_api_catches_whatever_comes() -> None:
    assert not [
        source.at(node)
        for source in sources(*PURE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or _names(node.type) & {"Exception", "BaseException"}
    ]


def test_values_below_api_are_frozen() -> None:
    """A struct, frozen; or a dataclass, frozen and slotted, where a field stands outside comparison: decision 6."""
    assert not [
        f"{source.at(node)} {node.name}"
        for source in sources(*PURE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node.name not in RUNNING and not _is_frozen(node)
    ]


def _is_frozen(node: ast.ClassDef) -> bool:
    given = {word.arg for word in node.keywords}
    for decorator in node.decorator_list:
        if "dataclass" in _names(decorator):
            return {"frozen", "slots"} <= _keywords(decorator) and "compare=False" in ast.unparse(node)
    return "Struct" not in {name for base in node.bases for name in _names(base)} or "frozen" in given


def _names(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _keywords(expression: ast.expr) -> set[str | None]:
    return {word.arg for word in expression.keywords} if isinstance(expression, ast.Call) else set()


def test_nothing_tells_of_unfinished_work() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert not [source.path.as_posix() for source in sources(*SHIPPED, "fixtures") if unfinished.search(source.text)]


def test_a_suppression_carries_its_reason() -> None:
    """``# noqa: CODE  # why``, or a comment that argues it on the line above."""
    assert not [
        f"{source.path.as_posix()}:{number}"
        for source in sources(*EVERYTHING)
        for number, (above, line) in enumerate(_lines_with_the_one_above(source.text), start=1)
        if (met := SUPPRESSION.search(line)) and not met[1] and not above.lstrip().startswith("#")
    ]


def _lines_with_the_one_above(text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines()
    yield from zip(["", *lines], lines, strict=False)
