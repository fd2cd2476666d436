"""What many gates did, summed from their journals: by host, by reason, by product; what observing would have held.

    DIR/decisions.jsonl           the journal of one host, called as its directory
    DIR/HOST/decisions.jsonl      those of several

Journals come from machines that may be broken, or not ours any more: a line that is damaged, cut off or too long is
counted and left out, and never ends the sum. What there is no end of (names that somebody made up) is summed together.
"""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from attestations.faults import Place
from verifier.reasons import REASONS

from ..decoding import UNDECODABLE
from ..effects.faults import InputFault
from ..effects.paths import meaning
from .journal import ACCEPTED, NAME

LONGEST_LINE = 4 << 20
"""Bytes of a line: a decision about thousands of files is one."""

MOST_NAMES = 10_000
"""Products, and files that would have been held, that are told apart."""

LONGEST_NAME = 512
"""Characters of such a name that tell it apart."""

OTHERS, UNKNOWN = "(others)", "(not known)"
"""What is beyond `MOST_NAMES`; what a line does not say."""


class Line(Struct, frozen=True):
    """A line of a journal, as far as it is summed; a newer gate may say more."""

    at: Annotated[datetime.datetime, Meta(tz=True)]
    action: Literal["allow", "block", "hold", "accepted"]
    observed: bool = False
    reasons: tuple[str, ...] = ()
    artifacts: tuple[LineFile, ...] = ()
    waived: tuple[object, ...] = ()
    findings: tuple[LineFinding, ...] = ()


class LineFinding(Struct, frozen=True):
    """What changed nothing and is to be known, of a line."""

    reason: str


class LineFile(Struct, frozen=True):
    """A file of a line."""

    name: str = ""
    product: str = UNKNOWN


_LINE = msgspec.json.Decoder(Line)


class Tally(Struct):
    """Decisions of a kind, counted: `held` were stopped, `observed` would have been, `waived` are among `allowed`."""

    allowed: int = 0
    waived: int = 0
    held: int = 0
    blocked: int = 0
    observed: int = 0
    accepted: int = 0

    def add(self, line: Line) -> None:
        """Count one line."""
        if line.action == ACCEPTED:
            self.accepted += 1
        elif line.action == "allow":
            self.allowed += 1
            self.waived += bool(line.waived)
        elif line.observed:
            self.observed += 1
        elif line.action == "block":
            self.blocked += 1
        else:
            self.held += 1


class Host(Struct):
    """One journal: what was decided there, when first and last, and how many lines could not be read."""

    name: str
    tally: Tally = field(default_factory=Tally)
    first: datetime.datetime | None = None
    last: datetime.datetime | None = None
    damaged: int = 0


class ReasonTally(Struct):
    """A reason: how many decisions it stopped, or would have; beside how many it was found; and on which hosts."""

    stopped: int = 0
    observed: int = 0
    found: int = 0
    hosts: set[str] = field(default_factory=set)


class Report(Struct):
    """The sum. `would_hold` are files that were let through while observing, with how often, by ``(name, reasons)``."""

    hosts: list[Host] = field(default_factory=list)
    reasons: dict[str, ReasonTally] = field(default_factory=dict)
    products: dict[str, Tally] = field(default_factory=dict)
    would_hold: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, host: Host, line: Line) -> None:
        """Count one line of a host."""
        host.tally.add(line)
        host.first, host.last = min(host.first or line.at, line.at), max(host.last or line.at, line.at)
        for reason in dict.fromkeys(line.reasons):
            told = self._reason(reason, host)
            told.observed += line.observed
            told.stopped += not line.observed and line.action != "allow"
        for reason in {finding.reason for finding in line.findings}:
            self._reason(reason, host).found += 1
        if line.action != ACCEPTED:
            for product in {file.product[:LONGEST_NAME] for file in line.artifacts} or {UNKNOWN}:
                _bounded(self.products, product).add(line)
        if line.observed and line.action != "allow":
            for name in {file.name[:LONGEST_NAME] for file in line.artifacts}:
                key = (name, ", ".join(line.reasons)[:LONGEST_NAME])
                known = key in self.would_hold or len(self.would_hold) < MOST_NAMES
                self.would_hold[key if known else (OTHERS, "")] += 1

    def _reason(self, reason: str, host: Host) -> ReasonTally:
        told = self.reasons.setdefault(reason if reason in REASONS else UNKNOWN, ReasonTally())
        told.hosts.add(host.name)
        return told


def _bounded(products: dict[str, Tally], name: str) -> Tally:
    return products.setdefault(name if name in products or len(products) < MOST_NAMES else OTHERS, Tally())


def summed(directories: Iterable[Path], since: datetime.datetime | None) -> Report:
    """The sum of all journals in `directories`, of what was decided at `since` (aware) or later.

    Raises:
        InputFault: ``input.not_found``: a directory without a journal; ``input.unreadable``.
    """
    report, counted = Report(), set[str]()
    for directory in directories:
        for journal in _journals(directory):
            # Named twice, by a glob and by hand, it is one host all the same.
            if (real := os.path.realpath(journal)) in counted:
                continue
            counted.add(real)
            host = Host(_name(journal.parent, report))
            report.hosts.append(host)
            for content in _lines(journal):
                try:
                    line = _LINE.decode(content)
                except UNDECODABLE:
                    host.damaged += 1
                    continue
                if since is None or line.at >= since:
                    report.add(host, line)
    return report


def _name(directory: Path, report: Report) -> str:
    """How a host is called: as its directory, and by the whole path where another one is called so."""
    taken = {host.name for host in report.hosts}
    return directory.name if directory.name and directory.name not in taken else str(directory)


def _journals(directory: Path) -> list[Path]:
    """The journals of the host, or the hosts, whose directory this is."""
    own = directory.absolute() / NAME
    try:
        found = [own] if own.is_file() else sorted(own.parent.glob(f"*/{NAME}"))
    except OSError as error:
        raise InputFault("input.unreadable", meaning(error), place=Place(str(directory))) from None
    if not found:
        detail = f"no journal of a gate is there: neither {NAME} nor HOST/{NAME}"
        raise InputFault("input.not_found", detail, place=Place(str(directory)))
    return found


def _lines(journal: Path) -> Iterator[bytes]:
    """The lines of a journal, a bounded piece of each at a time; of one that is too long, what reads as damaged."""
    try:
        with journal.open("rb") as file:
            while line := file.readline(LONGEST_LINE):
                if not line.strip():
                    continue
                yield line if line.endswith(b"\n") or len(line) < LONGEST_LINE else b""
                while line and not line.endswith(b"\n"):
                    line = file.readline(LONGEST_LINE)
    except OSError as error:
        raise InputFault("input.unreadable", meaning(error), place=Place(str(journal))) from None
