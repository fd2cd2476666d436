"""What `gate sync` brought about one file: its verdicts, found by the file's digest and without reading any other.

DIR/verdicts/<policy>/sha256/<file>/<n>.json
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attestations.faults import Place

from ..effects.faults import InputFault
from ..effects.paths import shown

VERDICTS = "verdicts"


def verdict_path(policy: str, file: str, number: int) -> str:
    """Where a verdict is, below what was brought and at its source; digests are SHA-256 in hex."""
    return f"{VERDICTS}/{policy}/sha256/{file}/{number}.json"


def brought(directories: Iterable[str], file: str) -> Iterator[str]:
    """The paths of the verdicts on the file of that SHA-256 (hex), under every policy.

    Raises:
        InputFault: ``input.unreadable``.
    """
    for directory in directories:
        try:
            yield from map(str, sorted(Path(directory, VERDICTS).glob(f"*/sha256/{file}/*.json")))
        except OSError as error:
            raise InputFault("input.unreadable", str(error.strerror), place=Place(shown(directory))) from None
