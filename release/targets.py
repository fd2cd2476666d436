"""Systems that the offline tar serves, and the part of a lock that each of them installs.

A lock is for all systems at once; which lines count where, its environment markers say.
Spec: PEP 508 (markers), PEP 600 (manylinux), PEP 425 (tags)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement

PYTHONS = ("3.11", "3.12", "3.13", "3.14")

_GLIBC = ("2_5", "2_12", "2_17", "2_24", "2_26", "2_27", "2_28")
_OLD_NAMES = {"2_5": "manylinux1", "2_12": "manylinux2010", "2_17": "manylinux2014"}


@dataclass(frozen=True, slots=True)
class System:
    """One kind of machine: what its markers say, and the platform tags that it takes."""

    name: str
    sys_platform: str
    platform_system: str
    platform_machine: str
    tags: tuple[str, ...]


def _manylinux(machine: str) -> tuple[str, ...]:
    old = tuple(f"{name}_{machine}" for name in _OLD_NAMES.values())
    return (*(f"manylinux_{version}_{machine}" for version in _GLIBC), *old)


SYSTEMS = (
    System("linux-x86_64", "linux", "Linux", "x86_64", _manylinux("x86_64")),
    System("linux-aarch64", "linux", "Linux", "aarch64", _manylinux("aarch64")),
    System("macos-arm64", "darwin", "Darwin", "arm64", ("macosx_14_0_arm64", "macosx_14_0_universal2")),
    System("windows-x86_64", "win32", "Windows", "AMD64", ("win_amd64",)),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A system with one version of CPython."""

    system: System
    python: str

    @property
    def name(self) -> str:
        return f"{self.system.name}-python{self.python}"

    @property
    def abis(self) -> tuple[str, ...]:
        return (f"cp{self.python.replace('.', '')}", "abi3", "none")

    def environment(self) -> dict[str, str]:
        """What markers are held against."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "nt" if self.system.sys_platform == "win32" else "posix",
            "platform_machine": self.system.platform_machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.system.platform_system,
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": self.system.sys_platform,
        }


TARGETS = tuple(Target(system, python) for system in SYSTEMS for python in PYTHONS)

_LINE = re.compile(
    r"^(?P<requirement>[A-Za-z0-9][^\\#\n]*?) *\\\n(?P<hashes>(?: +--hash=sha256:[0-9a-f]{64}(?: *\\)?\n)+)", re.M
)


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of a lock: a version, the SHA-256 of each of its files, and where it is wanted."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def version(self) -> str:
        [pin] = self.requirement.specifier
        return pin.version

    def wanted(self, target: Target) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(target.environment())

    def line(self) -> str:
        """The line without its marker, for an installer that would hold it against its own system."""
        return f"{self.requirement.name}=={self.version} {' '.join(f'--hash=sha256:{each}' for each in self.hashes)}"


def read_lock(text: str) -> Iterator[Locked]:
    """Every line of a lock. Raises: ValueError where one is of another form: nothing of a lock is passed over."""
    lines = list(_LINE.finditer(text))
    rest = _LINE.sub("", text)
    if left := [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")]:
        raise ValueError(f"not a line of a lock: {left[0]!r}")
    for line in lines:
        hashes = re.findall(r"sha256:([0-9a-f]{64})", line["hashes"])
        yield Locked(Requirement(line["requirement"]), tuple(hashes))
