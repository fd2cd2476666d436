"""The data directory: where a service keeps what is its own, for its owner alone, and the lock that one process holds.

DATA/                   mode 0700
    lock                held while a service runs here
    base                begins this service's own URIs
    countersign.sqlite  the database        (with --database: elsewhere)
    blobs/              bytes by digest     (with --blobs: elsewhere)
    uploads/            what is still arriving
    signer/             the signer's: keys, socket, what it may sign under; no other process reads its keys
    tokens/operator     the first token of the operator, mode 0600
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from attestations.faults import Place

from ..effects.paths import meaning, shown
from ..effects.writing import unwritable
from .faults import ServingFault

PRIVATE_DIRECTORY, PRIVATE_FILE = 0o700, 0o600


class ServiceDirectory(Struct, frozen=True):
    """The paths in a data directory, whether they are there or not."""

    path: Path

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def database(self) -> Path:
        return self.path / "countersign.sqlite"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def uploads(self) -> Path:
        return self.path / "uploads"

    @property
    def signer(self) -> Path:
        return self.path / "signer"

    @property
    def tokens(self) -> Path:
        return self.path / "tokens"

    @property
    def operator_token(self) -> Path:
        return self.tokens / "operator"

    def make(self) -> None:
        """Make the directory and those in it, for their owner alone; refuse one that others may look into.

        Raises:
            OutputFault: ``output.unwritable``.
            ServingFault: ``service.data_open``.
        """
        with unwritable(str(self.path)):
            for directory in (self.path, self.blobs, self.uploads, self.signer, self.tokens):
                directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        if os.name == "posix" and stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            raise ServingFault(
                "service.data_open",
                "others may look into the data directory",
                place=Place(shown(str(self.path))),
                expected="mode 700",
                actual=f"mode {stat.S_IMODE(self.path.stat().st_mode):o}",
            )

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for this process; the system lets go of it when the process ends, however it ends.

        Raises:
            ServingFault: ``service.data_in_use``.
        """
        with unwritable(str(self.lock)):
            descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            self._claim(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def _claim(self, descriptor: int) -> None:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise ServingFault(
                "service.data_in_use",
                f"another process serves this data directory: {meaning(error)}",
                place=Place(shown(str(self.path))),
                actual=f"process {holder}" if holder else None,
            ) from None


def write_private(path: Path, content: bytes) -> None:
    """Make `path` a file of these bytes that its owner alone may read: all at once, on the disk, or not at all.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    with unwritable(str(path)):
        scratch = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
