"""How far a repository has come with the verdicts of its service: beside it, and of use to the next run alone.

It is signed as the newest root has the timestamp signed. Whoever can write into a directory that is served could else
have a run pass over the verdict that takes a file out, on top of an edition that still lists it. Where it is missing,
or does not hold or fit, everything is looked at again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from attestations.faults import Fault
from attestations.tuf.metadata import parse_metadata
from verifier.updates.tuf.thresholds import check_threshold

from ...decoding import UNDECODABLE
from ...effects.writing import write_whole
from .keys import Keyring
from .present import TIMESTAMP, Present

FILE = ".taken.json"


class Taken(Struct, frozen=True, forbid_unknown_fields=True, tag_field="_type", tag="countersign.taken/1"):
    """The last settled verdict; the policies that stood, by digest in hex; which trust document, which snapshot."""

    serial: int
    id: str
    policies: tuple[str, ...]
    document: int
    snapshot: int


_DECODER = msgspec.json.Decoder(Taken)


def read_taken(directory: Path, present: Present) -> Taken | None:
    """What the last run left; None where that is nothing of use."""
    authority = present.authorities(TIMESTAMP)[0]
    try:
        metadata = parse_metadata((directory / FILE).read_bytes(), source=FILE)
        check_threshold(metadata, authority.role, authority.keys, FILE)
        return _DECODER.decode(msgspec.json.encode(metadata.signed.value))
    except (OSError, Fault, *UNDECODABLE):
        return None


def write_taken(directory: Path, taken: Taken, present: Present, ring: Keyring) -> None:
    """Leave it for the next run, where enough keys are at hand to sign it.

    Raises:
        KeyFault: ``signing.failed``.
        OutputFault: ``output.unwritable``.
    """
    authority = present.authorities(TIMESTAMP)[0]
    if ring.enough(authority):
        part = msgspec.json.decode(msgspec.json.encode(taken))
        write_whole(str(directory / FILE), ring.sign(FILE, part, (authority,)))
