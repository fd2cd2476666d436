"""Files and directories: bounded reads, streams that notice change, walks that follow no links, atomic writes.

Paths are text as the user gave it; a path that is not valid in the file system's encoding keeps its bytes in the
surrogates that Python gives them, and `paths.shown` makes a name of it that any report can hold.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from attestations.faults import Place
from attestations.limits import Limits

from .faults import InputFault
from .paths import as_path, meaning, shown
from .writing import check_vacant, check_writable, unwritable, write_directory, write_whole

CHUNK = 1024 * 1024
"""Bytes read at a time: enough that hashing, not reading, takes the time; all the memory that a stream takes."""

_MEANINGS = {
    errno.ENOENT: ("input.not_found", "no such file or directory"),
    errno.ENOTDIR: ("input.not_found", "a part of its path is not a directory"),
}


class Walk(Struct, frozen=True):
    """What a directory holds, in a fixed order: `files`, whatever is neither directory nor link; and links.

    `inner_links` lead to something in the directory itself, `outer_links` out of it or nowhere. None was followed.
    """

    files: tuple[str, ...]
    inner_links: tuple[str, ...]
    outer_links: tuple[str, ...]


class Files(Protocol):
    """The file system."""

    def is_directory(self, path: str) -> bool:
        """Whether `path` leads to a directory; False where nothing is there."""
        ...

    def exists(self, path: str) -> bool:
        """Whether something is at `path`, be it only a link that leads nowhere."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether a regular file is at `path` itself: no link to one."""
        ...

    def identity(self, path: str) -> tuple[int, int]:
        """What makes the file at `path` the same file under any other path."""
        ...

    def size(self, path: str) -> int:
        """The size in bytes of the regular file at `path`."""
        ...

    def read(self, path: str, limit: str, limits: Limits) -> bytes:
        """The bytes of the regular file at `path`, at most as many as the limit of that name allows."""
        ...

    def expanded(self, path: str, limit: str, limits: Limits) -> bytes:
        """What the regular file at `path`, compressed as apt keeps its lists, expands to, under the same bound."""
        ...

    def stream(self, path: str, feed: Callable[[memoryview], object]) -> int:
        """Give the bytes of the regular file at `path` to `feed`, a chunk at a time, in order. Returns their number."""
        ...

    def walk(self, path: str) -> Walk:
        """What the directory at `path` holds, at any depth."""
        ...

    def make_directory(self, path: str) -> None:
        """Make `path` a directory, and what leads to it, where it is none yet."""
        ...

    def check_writable(self, path: str) -> None:
        """Refuse a path that `write` could not write to, before anybody works for it."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Make `path` a file of exactly these bytes: all at once, or not at all."""
        ...

    def check_vacant(self, path: str) -> None:
        """Refuse a path that `write_directory` could not write to, before anybody works for it."""
        ...

    def write_directory(self, path: str, contents: Mapping[str, bytes]) -> None:
        """Make `path` a directory of exactly these files, by their paths in it: all at once, or not at all."""
        ...


class LocalFiles:
    """The file system of this machine."""

    def is_directory(self, path: str) -> bool:
        try:
            return as_path(path).is_dir()
        except (OSError, ValueError):
            return False

    def exists(self, path: str) -> bool:
        try:
            as_path(path).lstat()
        except (OSError, ValueError):
            return False
        return True

    def is_file(self, path: str) -> bool:
        try:
            return stat.S_ISREG(as_path(path).lstat().st_mode)
        except (OSError, ValueError):
            return False

    def identity(self, path: str) -> tuple[int, int]:
        with _translated(path):
            status = as_path(path).stat()
        return status.st_dev, status.st_ino

    def size(self, path: str) -> int:
        with _translated(path):
            return _regular(path, as_path(path).stat()).st_size

    def read(self, path: str, limit: str, limits: Limits) -> bytes:
        place = Place(shown(path))
        with _opened(path) as descriptor:
            before = os.fstat(descriptor)
            limits.check(limit, before.st_size, place)
            # By its size and not by the limit, which may be more than there is memory for.
            with os.fdopen(descriptor, "rb", closefd=False) as file, _translated(path):
                content = file.read(before.st_size + 1)
            limits.check(limit, len(content), place)
            _unchanged(path, before, os.fstat(descriptor), len(content))
        return content

    def expanded(self, path: str, limit: str, limits: Limits) -> bytes:
        from .apt_helper import expanded

        with _opened(path):
            pass
        most: int = getattr(limits, limit)
        return expanded(path, most)

    def stream(self, path: str, feed: Callable[[memoryview], object]) -> int:
        buffer = bytearray(CHUNK)
        view = memoryview(buffer)
        total = 0
        with _opened(path) as descriptor:
            before = os.fstat(descriptor)
            with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
                while True:
                    with _translated(path):
                        count = file.readinto(buffer)
                    if not count:
                        break
                    feed(view[:count])
                    total += count
            _unchanged(path, before, os.fstat(descriptor), total)
        return total

    def walk(self, path: str) -> Walk:
        files: list[str] = []
        links: list[str] = []
        pending = [path]
        while pending:
            directory = pending.pop()
            with _translated(directory), os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_symlink() or _is_junction(entry):
                        links.append(entry.path)
                    elif entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        files.append(entry.path)
        with _translated(path):
            root = as_path(path).resolve()
            inner = {link for link in links if _leads_into(root, link)}
        outer = tuple(sorted(link for link in links if link not in inner))
        return Walk(tuple(sorted(files)), tuple(sorted(inner)), outer)

    def make_directory(self, path: str) -> None:
        with unwritable(path):
            as_path(path).mkdir(parents=True, exist_ok=True)

    def check_writable(self, path: str) -> None:
        check_writable(path)

    def write(self, path: str, content: bytes) -> None:
        write_whole(path, content)

    def check_vacant(self, path: str) -> None:
        check_vacant(path)

    def write_directory(self, path: str, contents: Mapping[str, bytes]) -> None:
        write_directory(path, contents)


@contextlib.contextmanager
def _translated(path: str) -> Iterator[None]:
    """Turns what the system says about `path` into an `InputFault`: ``input.not_found``, ``input.unreadable``."""
    try:
        yield
    except ValueError:
        raise InputFault("input.not_found", "no path can hold a null byte", place=Place(shown(path))) from None
    except OSError as error:
        reason, detail = _MEANINGS.get(error.errno or 0, ("input.unreadable", f"cannot be read: {meaning(error)}"))
        raise InputFault(reason, detail, place=Place(shown(path))) from None


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    """A descriptor of the regular file at `path`. What is none is refused before it is opened, and again after.

    Opening a pipe would wait for its writer, opening a device may do something: hence the first look, and O_NONBLOCK
    for what is put in the file's place between the two.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    with _translated(path):
        _regular(path, as_path(path).stat())
        descriptor = os.open(path, flags)
    try:
        _regular(path, os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _regular(path: str, status: os.stat_result) -> os.stat_result:
    if stat.S_ISDIR(status.st_mode):
        raise InputFault("input.directory", "a directory where a file must stand", place=Place(shown(path)))
    if not stat.S_ISREG(status.st_mode):
        detail = "not a regular file but a pipe, socket or device"
        raise InputFault("input.not_regular", detail, place=Place(shown(path)))
    return status


def _unchanged(path: str, before: os.stat_result, after: os.stat_result, total: int) -> None:
    try:
        named = as_path(path).stat()
        same = (
            _fingerprint(before) == _fingerprint(after)
            and (named.st_dev, named.st_ino) == (before.st_dev, before.st_ino)
            and total == before.st_size
        )
    except OSError:
        same = False
    if not same:
        raise InputFault("bytes.changed", "the file changed while it was read", place=Place(shown(path)))


def _fingerprint(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _leads_into(root: Path, link: str) -> bool:
    try:
        return Path(link).resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link. `DirEntry.is_junction` came with Python 3.12; older ones show it by its tag."""
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return bool(tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1))
