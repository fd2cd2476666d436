"""Writing a file, or a directory of files: all of it at once, or none of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

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


def write_streamed(path: str, fill: Callable[[BinaryIO], object]) -> None:
    """As `write_whole`, for more bytes than memory should hold: `fill` writes them, or raises, and nothing has changed.

    Raises:
        OutputFault: ``output.unwritable``, and whatever `fill` raises.
    """
    with unwritable(path):
        target = _target(path)
        scratch, descriptor = _beside(target)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(target)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise


def check_vacant(path: str) -> None:
    """Refuse a path that `write_directory` could not write to.

    Raises:
        OutputFault: ``output.not_empty``, ``output.unwritable``.
    """
    with unwritable(path):
        target = as_path(path).resolve()
        _check_vacant(target, path)
        scratch = _scratch(target)
        scratch.mkdir()
        scratch.rmdir()


def write_directory(path: str, contents: Mapping[str, bytes]) -> None:
    """Make `path` a directory of exactly these files, each under its path in it, with ``/`` between the parts.

    It is filled under another name beside `path` and takes its place in one step. What stands there already is left
    alone, but for an empty directory.

    Raises:
        OutputFault: ``output.not_empty``, ``output.unwritable``.
    """
    with unwritable(path):
        target = as_path(path).resolve()
        _check_vacant(target, path)
        scratch = _scratch(target)
        scratch.mkdir()
        try:
            for name, content in contents.items():
                file = scratch / name
                file.parent.mkdir(parents=True, exist_ok=True)
                _write_new(file, content)
            _settle(scratch, target, path)
        except BaseException:
            import shutil  # which loads compressors at every start

            shutil.rmtree(scratch, ignore_errors=True)
            raise


def _settle(scratch: Path, target: Path, path: str) -> None:
    """Give the full directory its name. Nobody else's file is ever replaced: only what is empty can be removed."""
    if target.exists():
        _check_vacant(target, path)
        target.rmdir()
    scratch.rename(target)


def _check_vacant(target: Path, path: str) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        detail = "is a directory with something in it" if target.is_dir() else "exists and is not a directory"
        raise OutputFault("output.not_empty", detail, place=Place(shown(path)))


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
        _fill(descriptor, content)
        scratch.replace(target)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _beside(target: Path) -> tuple[Path, int]:
    """A new file beside `target`, under a name that nobody else has, and its descriptor."""
    scratch = _scratch(target)
    return scratch, _new(scratch)


def _scratch(target: Path) -> Path:
    """A name beside `target` that nobody else has."""
    return target.with_name(f".countersign-{os.urandom(8).hex()}")


def _write_new(file: Path, content: bytes) -> None:
    _fill(_new(file), content)


def _new(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
