"""A repository of updates: files by name, from addresses or a directory, none longer than what was asked for.

The whole of a fetch has a deadline, and not each read of it: a server that sends a byte now and then ends like one that
sends nothing (U10). What is not there is None; an answer that decides nothing is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from verifier.faults import UpdateFault

SECONDS = 60
"""For a file, besides what its length takes."""

SLOWEST = 64 * 1024
"""Bytes in a second that a server must reach, over the whole of a file as long as was asked for."""

_CHUNK = 1024 * 1024

_LONGEST = 255
"""Characters of a file's name; a longer one is not there."""

Feed = Callable[[bytes], object]


class Repository(Protocol):
    """Whatever serves files by name."""

    def fetch(self, name: str, most: int) -> bytes | None:
        """The file `name` (percent-encoded), None where there is none or it has more than `most` bytes.

        Raises:
            UpdateFault: ``update.unreachable``.
        """
        ...

    def stream(self, name: str, most: int, feed: Feed) -> bool:
        """Give the file's bytes to `feed`, in order; False where there is none, or it has more than `most` bytes.

        Raises:
            UpdateFault: ``update.unreachable``. What was fed until then is no file.
        """
        ...


class DirectoryRepository:
    """Files under a directory: a mirror that was carried here."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()

    def fetch(self, name: str, most: int) -> bytes | None:
        return _gather(self, name, most)

    def stream(self, name: str, most: int, feed: Feed) -> bool:
        try:
            path = self._path(name)
            return path is not None and path.stat().st_size <= most and _feed(_blocks(path), most, feed)
        except OSError as error:
            raise UpdateFault("update.unreachable", f"{self._directory}: {error.strerror}") from None

    def _path(self, name: str) -> Path | None:
        if "\0" in unquote(name) or any(len(part) > _LONGEST for part in name.split("/")):
            return None
        for path in (self._directory / name, self._directory / unquote(name)):
            if _leads_into(self._directory, path) and path.is_file():
                return path
        return None


def _leads_into(directory: Path, path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(directory)
    except RuntimeError:  # links that lead to one another; from Python 3.13 on they lead to themselves
        return False


class HttpRepository:
    """Files under a base address. `seconds` is the time for a file, besides what its length takes."""

    def __init__(self, base: str, *, seconds: float = SECONDS) -> None:
        self._base = base.rstrip("/")
        self._seconds = seconds

    def fetch(self, name: str, most: int) -> bytes | None:
        return _gather(self, name, most)

    def stream(self, name: str, most: int, feed: Feed) -> bool:
        from .downloading import Absent, chunks

        try:
            return _feed(chunks(f"{self._base}/{name}", most, self._seconds + most / SLOWEST), most, feed)
        except Absent:
            return False


class Mirrors:
    """One repository at several places, asked in order until one has the file. One that is down stops nobody."""

    def __init__(self, places: tuple[Repository, ...]) -> None:
        self.places = places

    def fetch(self, name: str, most: int) -> bytes | None:
        unreachable, answered = None, False
        for place in self.places:
            try:
                content = place.fetch(name, most)
            except UpdateFault as fault:
                unreachable = fault
                continue
            if content is not None:
                return content
            answered = True
        if unreachable is not None and not answered:
            raise unreachable
        return None


def at(address: str) -> Repository:
    """The repository at `address`: ``https://…``, or ``file:`` and a directory."""
    if address.startswith("file:"):
        return DirectoryRepository(Path(unquote(address.removeprefix("file://").removeprefix("file:"))))
    return HttpRepository(address)


def _gather(repository: Repository, name: str, most: int) -> bytes | None:
    content = bytearray()
    return bytes(content) if repository.stream(name, most, content.extend) else None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _feed(blocks: Iterator[bytes], most: int, feed: Feed) -> bool:
    total = 0
    for block in blocks:
        total += len(block)
        if total > most:
            return False
        feed(block)
    return True
