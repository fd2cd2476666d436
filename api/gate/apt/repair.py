"""What of the gate in apt is not as it was installed, and how it is mended.

    the launcher, apt's configuration     written anew
    the environment                       unpacked from the copy that was kept; where that is no help, built anew
    the copy                              packed anew from the environment

Nothing is called mended before it was compared with the list of its files, and has started.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from attestations.faults import Fault, Place

from ...effects.writing import unwritable
from . import kept
from .environment import FLAGS, check_start
from .faults import AptFault
from .hooks import launcher
from .installation import Installation, Installed, alone_writable
from .sums import check_sums


class Mended(Struct, frozen=True):
    """What was wrong, and what was done about it, as the rest of a line."""

    fault: Fault
    done: str


def repair(installation: Installation, version: str) -> Iterator[Mended]:
    """Everything that is not as it was installed, each once it is mended. `version` is ours.

    Raises:
        AptFault: ``apt.not_installed``; as `Installation.install`, where all has to be built anew.
        OutputFault: ``output.unwritable``.
    """
    installed = installation.installed()
    with unwritable(str(installation.prefix)), alone_writable():
        fault = wrong_environment(installation, installed)
        if fault is not None:
            yield Mended(fault, _mend(installation, installed, version))
        elif (worn := wrong_kept(installation, installed)) is not None:
            installation.keep(installed.environment)
            yield Mended(worn, "packed anew from the environment in use, which is whole")
        for wrong in wrong_hooks(installation, installed):
            installation.write_launcher()
            installation.write_configuration(installation.installed())
            yield Mended(wrong, "written anew")


def wrong_hooks(installation: Installation, installed: Installed) -> list[Fault]:
    """What is not as it was written, of the launcher and of apt's configuration."""
    wanted = {
        installation.launcher: launcher(FLAGS).encode(),
        installation.configuration: installation.wanted_configuration(installed),
    }
    faults = [fault for path, content in wanted.items() if (fault := _differs(path, content)) is not None]
    if not faults and not os.access(installation.launcher, os.X_OK):
        faults.append(_damaged(installation.launcher, "it cannot be executed"))
    return faults


def wrong_environment(installation: Installation, installed: Installed) -> Fault | None:
    """What is not as it was installed, of the environment in use; None where it is whole and starts."""
    directory = installation.environment(installed.environment)
    link = installation.link
    if not link.is_symlink() or link.readlink() != directory.relative_to(installation.prefix):
        return _damaged(link, "it does not lead to the environment that was installed")
    try:
        check_sums(directory, installed.environment)
        check_start(directory)
    except AptFault as fault:
        return fault
    return None


def wrong_kept(installation: Installation, installed: Installed) -> Fault | None:
    """What is wrong with the copy that is kept; None where it is whole."""
    try:
        kept.check(installation.kept(installed.environment), installed.environment)
    except AptFault as fault:
        return fault
    return None


def _mend(installation: Installation, installed: Installed, version: str) -> str:
    """Put a whole environment in the place of the one in use; how it came about."""
    digest = installed.environment

    def unpacked(scratch: Path) -> str:
        kept.unpack(installation.kept(digest), scratch, digest)
        return digest

    try:
        installation.make(unpacked)
    except AptFault as fault:
        installation.install(Path(installed.config), version)
        return f"built anew from the installation that runs now, since the copy is no help ({fault.detail})"
    installation.use(digest)
    return "unpacked anew from the copy that was kept"


def _differs(path: Path, content: bytes) -> Fault | None:
    try:
        actual = path.read_bytes()
    except OSError as error:
        return _damaged(path, f"it cannot be read: {error.strerror}")
    return None if actual == content else _damaged(path, "it is not what was written")


def _damaged(path: Path, detail: str) -> AptFault:
    return AptFault("apt.damaged", detail, place=Place(str(path)))
