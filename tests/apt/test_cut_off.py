"""An installation that is cut off before any of its changes: apt does not ask yet, or it asks a gate that is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from api.gate.apt.installation import Installation
from api.gate.apt.sums import check_sums, write_sums
from api.version import VERSION
from tests.api.killing import killed
from tests.api.running import Ran

from .conftest import begin_root
from .test_installation import digest_of


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """One whose environments are small, and each another than the one before."""
    begin_root(tmp_path)
    number = iter(range(1_000))

    def build(directory: Path) -> str:
        (directory / "bin").mkdir(parents=True)
        (directory / "bin" / "python3").write_text(f"number {next(number)}")
        return write_sums(directory)

    monkeypatch.setattr("api.gate.apt.installation.build", build)
    monkeypatch.setattr("api.gate.apt.installation.check_start", lambda _: None)
    return Installation(tmp_path)


def done(act: Callable[[], object]) -> Callable[[], Ran]:
    """What a process does that may be killed."""

    def run() -> Ran:
        act()
        return Ran(0, b"", b"")

    return run


def is_asked(installation: Installation) -> bool:
    """Whether apt calls the launcher; if so, it stands, and so does what it starts."""
    if not installation.configuration.exists():
        return False
    assert installation.launcher.exists()
    check_sums(installation.link.resolve(), installation.link.resolve().name)
    return True


def test_installing(installation: Installation) -> None:
    before = digest_of(installation.root)

    def install() -> object:
        return installation.install(installation.root / "gate.toml", VERSION)

    step = 0
    while not killed(step, done(install)):
        step += 1
        is_asked(installation)
    assert step > 20
    assert is_asked(installation)
    installation.install(installation.root / "gate.toml", VERSION)
    assert not list(installation.prefix.rglob(".countersign-new-*"))
    installation.remove()
    assert digest_of(installation.root) == before


def test_installing_over_another_always_leaves_one_that_is_asked(installation: Installation) -> None:
    installation.install(installation.root / "gate.toml", VERSION)
    step = 0
    while not killed(step, done(lambda: installation.install(installation.root / "gate.toml", VERSION))):
        step += 1
        assert is_asked(installation)
    assert step > 20


def test_removing(installation: Installation) -> None:
    before = digest_of(installation.root)
    step = 0
    while True:
        installation.install(installation.root / "gate.toml", VERSION)
        whole = killed(step, done(installation.remove))
        is_asked(installation)
        if whole:
            break
        step += 1
    assert step > 5
    assert digest_of(installation.root) == before
