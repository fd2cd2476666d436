"""An environment for a gate in apt, made once for all tests: each gets roots that share its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api.gate.apt.installation import Installation, Installed
from api.version import VERSION

Installer = Callable[[Path, Path], Installation]


def begin_root(root: Path) -> None:
    """The directories that a root with apt has."""
    for name in ("etc/apt/apt.conf.d", "usr/lib", "var/lib"):
        (root / name).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A gate in the apt of a root that nobody uses."""
    pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
    if shutil.which("ldd") is None:
        pytest.skip("an environment is put together with ldd")
    root = tmp_path_factory.mktemp("original")
    begin_root(root)
    installation = Installation(root)
    installation.install(root / "gate.toml", VERSION)
    return installation


@pytest.fixture(scope="session")
def install(original: Installation) -> Installer:
    """Installs into a root, by links to the files of the original: who changes one must put another in its place."""

    def installing(root: Path, config: Path) -> Installation:
        installation, made = Installation(root), original.installed()
        shutil.copytree(original.prefix, installation.prefix, symlinks=True, copy_function=os.link)
        (installation.prefix / "installed.json").unlink()
        installation.write_record(Installed(made.environment, str(config), made.version))
        installation.write_configuration(installation.installed())
        return installation

    return installing
