"""A directory that one run works in at a time; the system lets it go however the run ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from attestations.faults import Place

from .faults import OutputFault
from .paths import shown
from .writing import unwritable

_LOCK = ".lock"


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """No other run works in `directory` meanwhile; it is made where it is not there.

    Raises:
        OutputFault: ``output.unwritable``, also where another run is at it.
    """
    with unwritable(str(directory)):
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(descriptor)
        except OSError:
            place = Place(shown(str(directory)))
            raise OutputFault("output.unwritable", "another run is at it", place=place) from None
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Take the lock, or raise `OSError` at once where somebody has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
