"""Paths as people give them: text, made a path for the system, and a name for people and reports."""

from __future__ import annotations

import errno
from pathlib import Path


def shown(path: str) -> str:
    """`path` as a name that can be encoded: bytes outside the file system's encoding are written ``\\xff``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def as_path(text: str) -> Path:
    """`text` as a path. An empty one leads nowhere, where `Path` would take it for the current directory."""
    if not text:
        raise FileNotFoundError(errno.ENOENT, "an empty path")
    return Path(text)


def meaning(error: Exception) -> str:
    """What the system says went wrong, as the rest of a sentence."""
    text = getattr(error, "strerror", None) or str(error)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
