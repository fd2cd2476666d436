"""What one session with a TUF repository saw, as it goes to the process of another client, which reads nothing else."""

from __future__ import annotations

import datetime

import msgspec
from msgspec import Struct

from verifier.updates.tuf.client import Bounds


class AskedRepository(Struct, frozen=True):
    """What comes of following this repository at `now` (aware, UTC)? What is listed of `path`, if that is not None?

    `kept` has what was kept of each role before the session, `served` the files that were fetched in it, by name. What
    is in neither was not there.
    """

    now: datetime.datetime
    kept: dict[str, bytes]
    served: dict[str, bytes]
    bounds: Bounds
    path: str | None


class RepositoryAnswer(Struct, frozen=True):
    """What a client says: one of `verifier.updates.tuf.opinions.ANSWERS`, and as that module's opinion has it."""

    engine: str
    version: str
    answer: str
    detail: str = ""
    versions: dict[str, int] = {}
    length: int | None = None
    hashes: dict[str, str] = {}


_ASKED = msgspec.msgpack.Decoder(AskedRepository)


def write_asked(asked: AskedRepository) -> bytes:
    return msgspec.msgpack.encode(asked)


def read_asked(data: bytes) -> AskedRepository:
    return _ASKED.decode(data)
