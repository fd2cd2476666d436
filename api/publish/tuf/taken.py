"""How far a repository has come with the verdicts of its service: beside it, and of use to the next run alone.

Nothing is believed for standing here: where it is missing or does not fit, everything is looked at again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from ...decoding import UNDECODABLE
from ...effects.writing import write_whole

FILE = ".taken.json"


class Taken(Struct, frozen=True, forbid_unknown_fields=True):
    """The last settled verdict; the policies that stood, by digest in hex; which trust document, which snapshot."""

    serial: int
    id: str
    policies: tuple[str, ...]
    document: int
    snapshot: int


_DECODER = msgspec.json.Decoder(Taken)


def read_taken(directory: Path) -> Taken | None:
    """What the last run left; None where that is nothing of use."""
    try:
        return _DECODER.decode((directory / FILE).read_bytes())
    except (OSError, *UNDECODABLE):
        return None


def write_taken(directory: Path, taken: Taken) -> None:
    """Leave it for the next run. Raises: OutputFault ``output.unwritable``."""
    write_whole(str(directory / FILE), msgspec.json.encode(taken) + b"\n")
