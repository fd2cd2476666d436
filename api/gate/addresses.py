"""Where a gate may be asked: a socket in whose place nobody else can answer."""

from __future__ import annotations

import stat
from pathlib import Path


def check_not_everybodys(path: Path) -> None:
    """The directory of the socket at `path` is not everybody's, who could put a socket of their own there.

    Raises:
        ValueError: it is.
        OSError: it cannot be looked at.
    """
    if path.parent.stat().st_mode & stat.S_IWOTH:
        raise ValueError("everybody may write to its directory, and answer in its place")
