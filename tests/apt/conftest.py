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
    """Installs into a root what was made once: by a link to all of it."""

    def installing(root: Path, config: Path) -> Installation:
        installation, made = Installation(root), original.installed()
        for place in (installation.environment, installation.kept):
            place(made.environment).parent.mkdir(parents=True)
        installation.environment(made.environment).symlink_to(original.environment(made.environment))
        installation.kept(made.environment).symlink_to(original.kept(made.environment))
        installation.write_launcher()
        installation.use(made.environment)
        installation.write_record(Installed(made.environment, str(config), made.version))
        installation.write_configuration(installation.installed())
        return installation

    return installing


def own(installation: Installation) -> Installation:
    """The same with an environment of its own, whose files may be replaced and must not be written to."""
    digest = installation.installed().environment
    for place in (installation.environment(digest), installation.kept(digest)):
        shared = place.resolve()
        place.unlink()
        if shared.is_dir():
            shutil.copytree(shared, place, copy_function=os.link)
        else:
            place.hardlink_to(shared)
    return installation
