"""The directory of a repository's metadata: files that never change, and one that says which of them count.

    <n>.root.json  <n>.targets.json  <n>.bins-0a.json  <n>.snapshot.json      written once
    timestamp.json                                                            exchanged in one step: the new edition

A number that was given is never given again, not even where a run was cut off before anybody could see its files: a
proxy may have kept one.

Spec: TUF 1.0.34, sections 3.2 and 6 (consistent snapshots)
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from attestations.faults import Place
from verifier.updates.tuf.names import role_file

from ...effects.faults import InputFault, OutputFault
from ...effects.paths import shown
from ...effects.writing import unwritable, write_whole

METADATA = "metadata"
TIMESTAMP = "timestamp.json"
KEPT = datetime.timedelta(days=1)
"""How long a file stays that a later one stands for: whoever began to follow the old edition gets to its end."""

_NUMBERED = re.compile(r"([1-9][0-9]{0,15})\.([a-z][a-z0-9-]*)\.json")
_SCRATCH = ".new-"
_APART = 1_000_000
"""How far two numbers can be apart: what lies beyond was not counted up to, and would be where counting ends."""


class Shelf:
    """The metadata of the repository in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.place = directory / METADATA
        self._lock = directory / ".lock"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes here meanwhile; what a run that was cut off left half written is removed.

        Raises:
            OutputFault: ``output.unwritable``, also where another run is at it.
        """
        import fcntl

        with unwritable(str(self.place)):
            self.place.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                detail = "another run is at this repository"
                raise OutputFault("output.unwritable", detail, place=Place(shown(str(self.place)))) from None
            for left in self.place.glob(f"{_SCRATCH}*"):
                left.unlink()
            yield
        finally:
            os.close(descriptor)

    def begun(self) -> bool:
        """Whether an edition stands here."""
        return (self.place / TIMESTAMP).is_file()

    def read(self, role: str, version: int | None) -> bytes:
        """A file of metadata. Raises: InputFault ``input.not_found``, ``input.unreadable``."""
        path = self.place / role_file(role, version)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            detail = "the repository is not whole: this file is missing"
            raise InputFault("input.not_found", detail, place=Place(shown(str(path)))) from None
        except OSError as error:
            detail = f"cannot be read: {error.strerror}"
            raise InputFault("input.unreadable", detail, place=Place(shown(str(path)))) from None

    def roots(self) -> tuple[bytes, ...]:
        """Every version of the root, from the first."""
        contents: list[bytes] = []
        while (path := self.place / role_file("root", len(contents) + 1)).is_file():
            contents.append(path.read_bytes())
        return tuple(contents)

    def versions(self) -> Mapping[str, list[int]]:
        """The numbers that are taken, by role, ascending; none that only somebody else can have given (U07)."""
        found: dict[str, list[int]] = {}
        for path in self.place.iterdir():
            if match := _NUMBERED.fullmatch(path.name):
                found.setdefault(match[2], []).append(int(match[1]))
        return {role: list(_counted(sorted(versions))) for role, versions in found.items()}

    def put(self, role: str, version: int, content: bytes, at: datetime.datetime) -> None:
        """Write a file whose number nobody has, of the moment `at`: whole, on the disk, under its name at once.

        Raises:
            OutputFault: ``output.unwritable``.
        """
        target = self.place / role_file(role, version)
        with unwritable(str(target)):
            scratch = self.place / f"{_SCRATCH}{os.urandom(8).hex()}"
            with scratch.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.utime(scratch, (at.timestamp(), at.timestamp()))
            scratch.rename(target)

    def settle(self) -> None:
        """Have every name that was given be on the disk. Raises: OutputFault ``output.unwritable``."""
        with unwritable(str(self.place)):
            descriptor = os.open(self.place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def show(self, timestamp: bytes) -> None:
        """Let `timestamp` be the one: from here on clients see what it leads to. All before it is on the disk first.

        Raises:
            OutputFault: ``output.unwritable``.
        """
        self.settle()
        write_whole(str(self.place / TIMESTAMP), timestamp)
        self.settle()

    def prune(self, shown: Collection[str], now: datetime.datetime) -> int:
        """Remove what a later file has stood for longer than `KEPT`; roots and the files called `shown` stay."""
        gone = 0
        for role, versions in self.versions().items():
            if role == "root":
                continue
            for version, later in itertools.pairwise(versions):
                path = self.place / role_file(role, version)
                stood = (self.place / role_file(role, later)).stat().st_mtime
                if path.name not in shown and now.timestamp() - stood > KEPT.total_seconds():
                    path.unlink()
                    gone += 1
        return gone


def _counted(versions: Iterable[int]) -> Iterator[int]:
    """These, ascending, as far as one follows from the one before."""
    last = None
    for version in versions:
        if last is not None and version - last > _APART:
            return
        yield version
        last = version
