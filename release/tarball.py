"""A tar whose bytes depend on its files alone: their names in order, one time for all, nobody's name, one mode."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


def write_tar(path: Path, root: str, files: Mapping[str, Path | bytes], *, at: int) -> None:
    """Write `files` (name in the tar, from where) below the folder `root`; `at` is in Unix seconds."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(files):
            given = files[name]
            member = tarfile.TarInfo(f"{root}/{name}")
            member.size = len(given) if isinstance(given, bytes) else given.stat().st_size
            member.mtime, member.mode = at, 0o644
            with io.BytesIO(given) if isinstance(given, bytes) else given.open("rb") as content:
                tar.addfile(member, content)
