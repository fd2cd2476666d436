"""How the code loads: light, portable, silent, and without reaching for anything."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import countersign

from .tree import ROOT, SHIPPED, sources

HEAVY = frozenset(
    {"asyncio", "fastapi", "in_toto", "pydantic", "requests", "rfc3161_client", "rich", "securesystemslib", "sigstore"}
    | {"sqlalchemy", "tuf", "urllib3"}
)
"""What a command loads only where it uses it: each costs more than a whole verification."""

POSIX = ("crypt", "fcntl", "grp", "nis", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty")
"""Modules that a system of another kind does not have."""

MODULES = tuple(source.name for source in sources(*SHIPPED) if not source.name.endswith("__main__"))

IN_A_WORKER = frozenset(
    {"api.engines.dsse_engine", "api.engines.kept_work", "api.engines.sigstore_engine", "api.engines.tuf_engine"}
)
"""Loaded in a confined process alone: their libraries try, when loaded, whether they may bind a socket."""

LOAD_ALL = f"import importlib; list(map(importlib.import_module, {MODULES!r}))"


def loaded_after(program: str) -> set[str]:
    """The names of all modules after a new interpreter ran `program`, which must print nothing."""
    told = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-W", "error", "-c", f"{program}\n{told}"]
    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    return set(json.loads(ran.stdout))


def test_the_command_line_starts_light() -> None:
    assert not HEAVY & loaded_after("import api.cli")


def test_the_verifier_starts_light() -> None:
    heavy = (HEAVY | {"click", "platformdirs"}) & loaded_after("import verifier.engine")
    assert not heavy


def test_the_public_package_loads_nothing_until_asked() -> None:
    loaded = loaded_after("import countersign")
    assert not {name for name in loaded if name.split(".")[0] in {"attestations", "verifier", "api"}}


def test_everything_loads_where_there_is_no_posix() -> None:
    assert set(MODULES) <= loaded_after(f"import sys; sys.modules.update(dict.fromkeys({POSIX!r}))\n{LOAD_ALL}")


def test_loading_reads_only_code_and_package_data() -> None:
    """No import of ours opens a file elsewhere, connects, starts a process or asks for chance."""
    program = """
import os, sys
def watch(event, arguments):
    if event.split(".")[0] in ("socket", "subprocess", "sqlite3") or event == "os.system":
        raise SystemExit(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"writes {arguments[0]}")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
"""
    ours = tuple(name for name in MODULES if name not in IN_A_WORKER)
    loading = f"import importlib; list(map(importlib.import_module, {ours!r}))"
    loaded = loaded_after(program + loading)
    assert set(ours) <= loaded
    assert not loaded & IN_A_WORKER


@pytest.mark.parametrize("name", dir(countersign))
def test_public_names_are_there(name: str) -> None:
    assert getattr(countersign, name).__name__ if callable(getattr(countersign, name)) else True


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'everything'"):
        countersign.everything  # noqa: B018  # the access is what raises
