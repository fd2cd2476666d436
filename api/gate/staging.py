"""A mirror that serves the last set that passed, and nothing in between: files are taken, judged as taken, promoted.

    current          a link to the set that is served; it is exchanged in one step
    sets/<sha256>/   sets that were promoted, files and evidence: the present one, and the one before
    .taken/          what is being looked at; left over only where a run was cut off
    .promoting       the files of a set that is being promoted, by SHA-256, until it is accepted

What is judged is the copy: nobody who writes to the source changes it afterwards. Cut off anywhere, `current` leads to
the last set or to the next one, whole, and the next run goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from attestations.faults import LimitFault, Place

from ..effects.alone import alone
from ..effects.faults import InputFault, OutputFault
from ..effects.files import Files
from ..effects.paths import shown
from ..effects.writing import write_whole

CURRENT, SETS, TAKEN = "current", "sets", ".taken"
_GONE, _NEXT, _PROMOTING = ".gone", ".next", ".promoting"


class Most(Struct, frozen=True):
    """How large a set may be: whoever writes to the source does not fill the mirror's disk (U09)."""

    files: int
    size: int
    """Bytes of all files together."""


class _Room:
    """What is left of what may be taken out of `source`."""

    def __init__(self, most: Most, source: str) -> None:
        self._most = most
        self._source = source
        self._taken = 0

    def check_files(self, count: int) -> None:
        if count > self._most.files:
            raise self._full(f"{count} files", f"{self._most.files} files")

    def take(self, size: int) -> None:
        self._taken += size
        if self._taken > self._most.size:
            raise self._full("more bytes", f"{self._most.size} bytes")

    def _full(self, actual: str, expected: str) -> LimitFault:
        detail = f"{actual}, where a set has at most {expected}"
        return LimitFault("limit.set", detail, place=Place(shown(self._source)), expected=expected, actual=actual)


class Staging:
    """One mirror's directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """No other run works there meanwhile; what a run that was cut off left over is removed.

        Raises:
            OutputFault: ``output.unwritable``, also where another run is at it.
        """
        with self._writing():
            (self._directory / SETS).mkdir(parents=True, exist_ok=True)
        with alone(self._directory):
            self._sweep()
            try:
                yield
            finally:
                self._sweep()

    def take(self, source: str, files: Files, most: Most) -> tuple[Path, str]:
        """Copy the directory `source`, onto the disk; the copy, and the name of the set that it is.

        Raises:
            LimitFault: ``limit.set``, before a byte more than that is written.
            InputFault: ``input.*``, ``bytes.changed``; ``input.link_outside``, for any link: a set is made of files.
            OutputFault: ``output.unwritable``.
        """
        walk = files.walk(source)
        for link in (*walk.outer_links, *walk.inner_links):
            raise InputFault("input.link_outside", "a link is not taken into a set", place=Place(shown(link)))
        lines, room = [], _Room(most, source)
        room.check_files(len(walk.files))
        taken = self._directory / TAKEN
        with self._writing():
            taken.mkdir()
        for path in walk.files:
            name = Path(path).relative_to(source)
            # A name ends with a byte that none can hold: no name can look like the next line.
            lines.append(f"{self._copy(path, taken / name, files, room)}  {name.as_posix()}\0")
        with self._writing():
            for folder in {taken, *(path.parent for path in taken.rglob("*"))}:
                _sync(folder)
        listed = "".join(sorted(lines)).encode(errors="surrogateescape")
        return taken, hashlib.sha256(listed).hexdigest()

    def _copy(self, path: str, target: Path, files: Files, room: _Room) -> str:
        """Copy one file; the SHA-256 of what was written, in hex."""
        digest = hashlib.sha256()
        with self._writing():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as copy:

                def feed(chunk: memoryview) -> None:
                    room.take(len(chunk))
                    digest.update(chunk)
                    copy.write(chunk)

                files.stream(path, feed)
                copy.flush()
                os.fsync(copy.fileno())
        return digest.hexdigest()

    def served(self) -> str | None:
        """The name of the set that is served; None before the first."""
        try:
            return (self._directory / CURRENT).readlink().name
        except OSError:
            return None

    def served_unaccepted(self) -> tuple[str, ...]:
        """The files of the served set, where a run was cut off before it was accepted."""
        try:
            name, *artifacts = (self._directory / _PROMOTING).read_text("ascii").split()
        except (OSError, ValueError):
            return ()
        return tuple(artifacts) if name == self.served() else ()

    def accepted(self) -> None:
        """The served set was accepted. Raises: OutputFault ``output.unwritable``."""
        with self._writing():
            (self._directory / _PROMOTING).unlink(missing_ok=True)

    def promote(self, taken: Path, name: str, artifacts: tuple[str, ...]) -> None:
        """Serve `taken`, the set called `name` with these files by SHA-256, from here on.

        Raises:
            OutputFault: ``output.unwritable``.
        """
        before, sets = self.served(), self._directory / SETS
        write_whole(str(self._directory / _PROMOTING), "\n".join((name, *artifacts)).encode())
        with self._writing():
            if not (sets / name).is_dir():
                taken.rename(sets / name)
                _sync(sets)
            following = self._directory / _NEXT
            following.symlink_to(f"{SETS}/{name}")
            following.replace(self._directory / CURRENT)
            _sync(self._directory)
            for old in sets.iterdir():
                if old.name not in (name, before):
                    self._remove(old)

    def _sweep(self) -> None:
        with self._writing():
            for left in (self._directory / _NEXT, *self._directory.glob(".countersign-*")):
                left.unlink(missing_ok=True)
            for name in (TAKEN, _GONE):
                if (self._directory / name).exists():
                    shutil.rmtree(self._directory / name)

    def _remove(self, old: Path) -> None:
        """Remove a set: under its name it is whole, or not there."""
        gone = self._directory / _GONE
        old.rename(gone)
        shutil.rmtree(gone)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            place = Place(str(self._directory))
            raise OutputFault("output.unwritable", str(error.strerror), place=place) from None


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
