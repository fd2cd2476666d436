"""`make soak` reaches every parser, starts from what they read, keeps frames whole, and takes no bug for a refusal."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from attestations.faults import Fault, FormatFault
from verifier.engine import judge

from ..architecture.tree import PURE, ROOT, functions, sources
from .__main__ import plant, told
from .hold import refusals
from .mutation import elements, mutate_bytes, mutate_der, mutate_json
from .seeds import seeds, watched
from .targets import TARGETS, Target

VERBS = ("parse_", "read_", "load_")
READ = ("bytes", "str", "Node", "Document")


@cache
def planted() -> Mapping[str, tuple[bytes, ...]]:
    return seeds(TARGETS)


def flipped(data: bytes, _longest: int) -> bytes:
    """A byte changed, as the fuzzer would."""
    return bytes([data[0] ^ 1]) + data[1:] if data else b"\x00"


@cache
def parsers() -> Mapping[str, Callable[..., object]]:
    """What reads bytes, a text, a JSON value or a document in the pure packages, by its name with the module's."""
    return {
        f"{source.name}.{node.name}": getattr(importlib.import_module(source.name), node.name)
        for source in sources(*PURE)
        for node in functions(source)
        if node in source.tree.body and node.name.startswith(VERBS) and _first(node) in READ
    }


def _first(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    arguments = node.args.args
    return ast.unparse(arguments[0].annotation) if arguments and arguments[0].annotation else ""


def test_every_parser_is_reached_by_a_target() -> None:
    """From the seeds alone, before anything is changed: a new parser without a line in the table is found here."""
    known = parsers()
    assert len(known) > 50
    planted()
    targets = [target for target in TARGETS if target.parser is not judge or target.name == "evidence"]
    reached = watched(dict.fromkeys(known.values(), ""), lambda: _read_all(targets))
    assert not [name for name, parser in known.items() if parser.__code__ not in reached]


def _read_all(targets: Iterable[Target]) -> None:
    for target in targets:
        for seed in planted()[target.name]:
            refusals(target.read, seed)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_starts_from_what_it_reads(target: Target) -> None:
    taken = (seed for seed in planted()[target.name] if not refusals(target.read, seed))
    assert next(taken, None) is not None or target.name in ALWAYS_REFUSED


ALWAYS_REFUSED = frozenset({"log-entry-body", "certificate", "sbom"})
"""Each input is read in several ways, of which one at most can take it."""


def test_targets_have_names_of_their_own() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)


def test_what_is_no_fault_passes_through() -> None:
    def broken(data: bytes) -> object:
        return data[99]

    with pytest.raises(IndexError):
        refusals(broken, b"")


@pytest.mark.parametrize(
    "fault",
    [FormatFault("json.nonsense", "a reason that has no row"), FormatFault("json.malformed", "x" * 2000)],
    ids=["reason", "length"],
)
def test_a_fault_unlike_a_fault_is_a_finding(fault: Fault) -> None:
    def refusing(_data: bytes) -> object:
        raise fault

    with pytest.raises(AssertionError):
        refusals(refusing, b"")
    with pytest.raises(AssertionError):
        refusals(lambda _data: [fault], b"")


def test_changed_json_is_json_still() -> None:
    data = json.dumps({"payload": b64encode(b'{"a": [1, "text"]}').decode(), "n": [1, None, True, {"x": "y"}]}).encode()
    changed = {mutate_json(data, Random(seed), flipped) for seed in range(300)}
    assert len(changed) > 100
    for each in changed:
        json.loads(each)


def test_what_base64_wraps_is_changed_inside() -> None:
    inner = b'{"a": 1}'
    data = json.dumps([b64encode(inner).decode()]).encode()
    found: set[bytes] = set()
    for seed in range(500):
        value: Any = json.loads(mutate_json(data, Random(seed), flipped))
        if isinstance(value, list) and value and isinstance(value[0], str) and value[0].startswith(("ey", "W", "bn")):
            found.add(b64decode(value[0]))
    assert len(found - {inner}) > 3


def test_changed_der_keeps_its_lengths() -> None:
    data = bytes.fromhex("300a02030102030403000102")
    changed = {mutate_der(data, Random(seed), lambda content, _longest: content + b"\x00") for seed in range(200)}
    assert len(changed) > 20
    assert {each for each in changed if elements(each) is None} <= {b"", b"\x00"}, "all is gone, or was filled again"


def test_bytes_are_changed_by_the_fuzzer_or_by_the_line() -> None:
    data = b"first\nsecond\nthird\n"
    changed = {mutate_bytes(data, Random(seed), flipped) for seed in range(100)}
    assert b"first\nfirst\nthird\n" in changed and flipped(data, 0) in changed


def test_what_armour_wraps_is_changed_inside() -> None:
    armoured = b"-----BEGIN X-----\n" + b64encode(bytes(range(48))) + b"\n" + b64encode(b"end") + b"\n-----END X-----\n"
    other = b64encode(bytes([1, *range(1, 48)]) + b"end")
    assert b"-----BEGIN X-----\n" + other[:64] + b"\n" + other[64:] + b"\n-----END X-----\n" in {
        mutate_bytes(armoured, Random(seed), flipped) for seed in range(100)
    }


def test_seeds_are_planted_beside_what_was_found(tmp_path: Path) -> None:
    for _ in range(2):
        plant(tmp_path, {"note": (b"one", b"two")})
    assert sorted(path.read_bytes() for path in (tmp_path / "corpus" / "note").iterdir()) == [b"one", b"two"]
    assert (tmp_path / "found").is_dir()


def test_the_fuzzers_figures_are_told(tmp_path: Path) -> None:
    log = tmp_path / "note.log"
    log.write_text("stat::number_of_executed_units: 7\nstat::slowest_unit_time_sec: 1\nstat::peak_rss_mb: 60\n")
    assert told(log) == "7 inputs, the slowest 1 s, 60 MiB"


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is for Linux on x86-64 alone")
def test_the_fuzzer_runs(tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(planted()["note"][0])
    command = [sys.executable, "-m", "tests.soak.fuzz", "note", "-runs=200", "-seed=1", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Done 200 runs" in done.stderr
