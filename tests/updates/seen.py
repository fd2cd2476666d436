"""What was seen: of each hostile input what ours did, and what the others did with the very same bytes.

accepts    the hostile bytes, or the state that they lie about, were taken
refuses    they were not, and somebody was told
silent     they were not, and nobody was told: the program ends as if all were well
contained  they were, where they do no harm: a name that would lead elsewhere became one that does not
waits      it goes on and on, and so does the program
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

RECORD = Path(__file__).resolve().with_name("seen.json")

ACCEPTS, REFUSES, SILENT, CONTAINED, WAITS = "accepts", "refuses", "silent", "contained", "waits"


class Ours(Struct, frozen=True):
    """What ours decided: the action where a gate was asked, else "refuse" or "accept"; reasons and warnings, sorted."""

    action: str
    outcome: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class Peer(Struct, frozen=True):
    """What another program did, and what it said: a line of its own, with what differs from run to run left out."""

    answer: str
    said: str = ""


class Seen(Struct, frozen=True):
    """One input. `row` is of the table of attacks, "control" where it is honest; `form` is what it was put in."""

    row: str
    form: str
    what: str
    ours: Ours
    peers: Mapping[str, Peer]


class Record(Struct, frozen=True):
    """All that was seen, and with which versions of the other programs."""

    tools: Mapping[str, str]
    seen: tuple[Seen, ...]


_RECORD = msgspec.json.Decoder(Record)


def read_record() -> Record:
    """What was seen last."""
    return _RECORD.decode(RECORD.read_bytes())


def write_record(tools: Mapping[str, str], seen: Iterable[Seen]) -> None:
    """Keep what was seen: one spelling, so that a run that sees the same changes nothing."""
    tree = msgspec.to_builtins(Record(dict(sorted(tools.items())), tuple(seen)))
    RECORD.write_text(json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
