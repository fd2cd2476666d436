"""What is installed beside the core, and who else may write where we keep things."""

from __future__ import annotations

import importlib.util
import os
import stat
from pathlib import Path

EXTRAS = {
    "formats": ("cyclonedx", "jsonschema_rs", "pysequoia"),
    "keys": ("pkcs11", "securesystemslib"),
    "report": ("jinja2",),
}
"""The modules that each extra brings."""


def lacking(extra: str) -> tuple[str, ...]:
    """The modules of `extra` that are not there. None of them is loaded."""
    return tuple(name for name in EXTRAS[extra] if importlib.util.find_spec(name) is None)


def trouble_at(path: Path) -> str | None:
    """Why what stands at `path` cannot be relied on, as the rest of a sentence; None where nothing is wrong with it."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"cannot be looked at: {error.strerror}"
    if not os.access(path, os.R_OK | (os.X_OK if stat.S_ISDIR(found.st_mode) else 0)):
        return "cannot be read"
    if os.name != "posix":
        return None
    if found.st_uid not in {0, os.geteuid()}:
        return f"belongs to somebody else (user {found.st_uid})"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"can be written by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return None
