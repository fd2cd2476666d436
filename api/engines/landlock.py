"""Files that a confined process may open, by the kernel's own word: those it is made of, to read, and no others.

Without it a process can read what its user can: the service's database, its keys, other tenants' evidence. Nothing in
a parser that was taken over gets around it, where an audit hook only sees what Python does. Where the kernel has no
Landlock (Linux before 5.13, other systems) nothing is restricted, and `restrict_files` says so.

Spec: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls, of one number on every architecture that has 64 bits."""

_NO_NEW_PRIVILEGES = 38
_PATH_BENEATH = 1
_VERSION = 1

_EVERYTHING = (1 << 13) - 1
"""Every right over files that the first version of Landlock knows: reading, writing, making, removing, running."""

_READ = 1 << 2 | 1 << 3
"""To read a file, and to list a directory."""

_OURS = ("api", "attestations", "verifier")
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ssl", "/etc/localtime", "/dev/null", "/dev/urandom")


def needed() -> tuple[Path, ...]:
    """What this process is made of: the interpreter, the packages it finds, our own, and the system's libraries."""
    root = Path(__file__).resolve().parents[2]
    # The directory that holds our packages may hold anybody's files, where they are run out of a source tree.
    packages = [Path(entry) for entry in sys.path if entry and (_installed(entry) or Path(entry).resolve() != root)]
    ours = [root / name for name in _OURS]
    return (*ours, *packages, Path(sys.prefix) / "lib", Path(sys.base_prefix) / "lib", *map(Path, _SYSTEM))


def _installed(entry: str) -> bool:
    return Path(entry).name in ("site-packages", "dist-packages")


def version() -> int:
    """Which version of Landlock the kernel has; 0 where none."""
    if sys.platform != "linux":
        return 0
    found: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    return max(0, found)


def restrict_files(readable: Iterable[Path]) -> bool:
    """Let this process, from now on, open nothing but what is at or under `readable`, and that to read alone.

    Files that are open stay so. False where the kernel does not know how.
    """
    if not version():
        return False
    system = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("=Q", _EVERYTHING)
    ruleset = system.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(system, ruleset, path)
        zero = ctypes.c_ulong(0)
        restricted = (
            system.prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero) == 0
            and system.syscall(_RESTRICT_SELF, ruleset, 0) == 0
        )
    finally:
        os.close(ruleset)
    return bool(restricted)


def _allow(system: ctypes.CDLL, ruleset: int, path: Path) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no leave
    try:
        rights = _READ if path.is_dir() else 1 << 2
        system.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)
