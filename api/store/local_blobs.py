"""Blobs as files of one directory.

    blobs/9f/9f86d0…        the bytes of that SHA-256
    blobs/incoming/…        what is being received, and what was when a process was killed

A file is written under another name, forced to the disk, and then renamed into place, whose directory is forced too.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from .blobs import CHUNK, SHA256, Stored, check_expected, check_name, checked, measured, missing
from .faults import StoreFault

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LocalBlobs:
    """Blobs under a directory, which is made where it is not there. Processes of one machine may share it."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._incoming = self._directory / "incoming"

    def put(self, chunks: Iterable[bytes], expected: str | None = None) -> Stored:
        with translated(), self._receiving() as file:
            stored = measured(untranslated(chunks), file.write)
            check_expected(stored, expected)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            self._place(Path(file.name), stored.sha256)
        return stored

    def put_bytes(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        if self._holds(sha256, content):
            return sha256
        return self.put((content,)).sha256

    def get(self, sha256: str) -> bytes:
        return b"".join(self.chunks(sha256))

    def chunks(self, sha256: str) -> Iterator[bytes]:
        if not self.has(sha256):
            raise missing(sha256)
        return checked(sha256, _read(self._path(sha256), sha256))

    def has(self, sha256: str) -> bool:
        with translated():
            try:
                self._path(sha256).stat()
            except FileNotFoundError:
                return False
            return True

    def delete(self, sha256: str) -> None:
        with translated():
            self._path(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        with translated():
            for directory in sorted(self._directory.glob("[0-9a-f][0-9a-f]")):
                yield from sorted(path.name for path in directory.iterdir() if SHA256.fullmatch(path.name))

    def check(self) -> None:
        with translated(), self._receiving() as file:
            file.write(b"\n")
            file.flush()

    def sweep(self, before: float) -> int:
        """Remove what processes that were killed had begun to receive before a time (seconds since 1970); how many."""
        swept = 0
        with translated():
            for path in self._incoming.glob("*"):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
                        swept += 1
        return swept

    def _holds(self, sha256: str, content: bytes) -> bool:
        """Whether these very bytes are there, their name on the disk: the same evidence comes again and again."""
        path = self._path(sha256)
        try:
            if path.read_bytes() != content:
                return False
            _force(path.parent)
        except OSError:
            return False
        return True

    def _path(self, sha256: str) -> Path:
        check_name(sha256)
        return self._directory / sha256[:2] / sha256

    @contextlib.contextmanager
    def _receiving(self) -> Iterator[BinaryIO]:
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                yield file  # type: ignore[misc]  # a named temporary file is one
            finally:
                with contextlib.suppress(OSError):
                    Path(file.name).unlink(missing_ok=True)

    def _place(self, received: Path, sha256: str) -> None:
        path = self._path(sha256)
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            _force(path.parent.parent)
        received.replace(path)
        _force(path.parent)


def _read(path: Path, sha256: str) -> Iterator[bytes]:
    """The file's bytes; it is open only while somebody takes them."""
    with translated():
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise missing(sha256) from None
        with file:
            while chunk := file.read(CHUNK):
                yield chunk


def _force(directory: Path) -> None:
    """Have the disk keep the names in `directory`; systems that cannot open a directory do so by themselves."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _FromOutside(Exception):
    """An error of whoever gives the bytes: none of the disk's, whatever its kind."""


def untranslated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks; an `OSError` of theirs (a connection that breaks) passes `translated` as it is."""
    try:
        yield from chunks
    except OSError as error:
        raise _FromOutside from error


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """What the disk refuses becomes a fault.

    Raises:
        StoreFault: ``store.full``, ``store.unavailable``.
    """
    try:
        yield
    except _FromOutside as outside:
        raise outside.__cause__ or outside from None
    except OSError as error:
        said = error.strerror or type(error).__name__
        if error.errno in _FULL:
            raise StoreFault("store.full", f"bytes cannot be kept: {said}") from error
        raise StoreFault("store.unavailable", f"the bytes' store cannot be used: {said}") from error
