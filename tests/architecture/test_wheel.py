"""The wheel: what a user installs is what stands in the tree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest

from .tree import ROOT, SHIPPED

EXTRAS = ("server", "formats", "keys", "report", "all")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [path] = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_it_holds_every_module_and_table_of_the_four_packages(wheel: zipfile.ZipFile) -> None:
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == set(_tree())


def _tree() -> Iterator[str]:
    for package in SHIPPED:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and path.name != "ruff.toml":
                yield path.relative_to(ROOT).as_posix()


def test_it_holds_the_table_of_reasons_and_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {"verifier/reasons.toml", *(f"{package}/py.typed" for package in SHIPPED)} <= set(wheel.namelist())


def test_it_brings_the_command(wheel: zipfile.ZipFile) -> None:
    assert "countersign = api.cli:console" in _distribution_file(wheel, "entry_points.txt").decode()


def test_it_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    assert _metadata(wheel)["License-Expression"] == "Apache-2.0"
    assert _distribution_file(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_all_means_every_other_extra(wheel: zipfile.ZipFile) -> None:
    metadata = _metadata(wheel)
    assert set(metadata.get_all("Provides-Extra", [])) == set(EXTRAS)
    wanted = metadata.get_all("Requires-Dist", [])
    parts = {name: {line.partition(";")[0] for line in wanted if f"extra == '{name}'" in line} for name in EXTRAS}
    assert all(parts.values())
    assert parts["all"] == set().union(*(found for name, found in parts.items() if name != "all"))


def test_every_dependency_states_a_floor(wheel: zipfile.ZipFile) -> None:
    wanted = [line for line in _metadata(wheel).get_all("Requires-Dist", []) if not line.startswith("countersign")]
    assert wanted
    assert not [line for line in wanted if ">=" not in line]


def _metadata(wheel: zipfile.ZipFile) -> Message:
    return BytesParser().parsebytes(_distribution_file(wheel, "METADATA"))


def _distribution_file(wheel: zipfile.ZipFile, name: str) -> bytes:
    [path] = [path for path in wheel.namelist() if path.endswith(f".dist-info/{name}")]
    return wheel.read(path)


def test_locks_hold_names_versions_and_hashes_alone() -> None:
    locks = sorted(Path(ROOT / "requirements").glob("*.txt"))
    assert [lock.stem for lock in locks] == ["core", "demo", "dev", "offline", "server"]
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert text.count("--hash=sha256:") > text.count("==")
