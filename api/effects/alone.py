"""A directory that one run works in at a time; the system lets it go however the run ends."""

from __future__ import annotations

import contextlib
import os
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
    import fcntl

    with unwritable(str(directory)):
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            place = Place(shown(str(directory)))
            raise OutputFault("output.unwritable", "another run is at it", place=place) from None
        yield
    finally:
        os.close(descriptor)
