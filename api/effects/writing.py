"""Writing a file: all of it at once, or none of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from attestations.faults import Place

from .faults import OutputFault
from .paths import as_path, meaning, shown


def check_writable(path: str) -> None:
    """Refuse a path that `write_whole` could not write to.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    with unwritable(path):
        scratch, descriptor = _beside(_target(path))
        os.close(descriptor)
        scratch.unlink()


def write_whole(path: str, content: bytes) -> None:
    """Make `path` a file of exactly these bytes; a link is followed, and what is no file is left alone.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    with unwritable(path):
        _replace(_target(path), content)


@contextlib.contextmanager
def unwritable(path: str) -> Iterator[None]:
    """Turns what the system says about writing to `path` into an `OutputFault`: ``output.unwritable``."""
    try:
        yield
    except (OSError, ValueError) as error:
        detail = f"cannot be written: {meaning(error)}"
        raise OutputFault("output.unwritable", detail, place=Place(shown(path))) from None


def _target(path: str) -> Path:
    target = as_path(path).resolve()
    if target.exists() and not target.is_file():
        raise OutputFault("output.unwritable", "exists and is not a file", place=Place(shown(path)))
    return target


def _replace(target: Path, content: bytes) -> None:
    """Write beside `target`, to the disk, then take its place in one step: a reader sees the old file or the new."""
    scratch, descriptor = _beside(target)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(target)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _beside(target: Path) -> tuple[Path, int]:
    """A new file beside `target`, under a name that nobody else has, and its descriptor."""
    scratch = target.with_name(f".countersign-{os.urandom(8).hex()}")
    return scratch, os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
