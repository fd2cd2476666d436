"""Hold the signer's journal against the database: every signature has its verdict, every signed verdict its signature.

A signature without a verdict was asked for by somebody who kept what came of it to himself. One that is a few moments
old may be of a verdict that is being written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from msgspec import Struct

from verifier.gather import sha256
from verifier.policy.plain import format_time

from ...signer.journal import Entry
from ...store import verdicts
from ...store.database import Database
from ...store.verdicts import VerdictRow

PAGE = 200

UNDER_WAY = datetime.timedelta(minutes=10)
"""How long a verdict may take from its signature to its row."""


class Audited(Struct, frozen=True):
    """How many signatures and signed verdicts there are; those of either that the other does not know."""

    signatures: int
    verdicts: int
    unknown: tuple[Entry, ...]
    unsigned: tuple[str, ...]


def audit_signatures(entries: tuple[Entry, ...], database: Database, now: datetime.datetime) -> Audited:
    """What of the journal has no verdict, and which verdicts bear a signature that the journal does not tell of.

    `entries` were read at `now` or later: a verdict that is newer may well have its signature after them.
    A job that was done twice has two signatures over one report, and one verdict: that is as it should be.

    Raises:
        StoreFault: ``store.unavailable``.
    """
    known = {(entry.report, entry.policy) for entry in entries}
    found: set[tuple[str, str]] = set()
    unsigned = []
    count = 0
    for row in _signed(database):
        count += 1
        key = (sha256(row.report).hex, f"sha256:{row.policy}")
        found.add(key)
        if key not in known and row.created < now:
            unsigned.append(row.id)
    settled = format_time(now - UNDER_WAY)
    unknown = tuple(each for each in entries if (each.report, each.policy) not in found and each.at < settled)
    return Audited(len(entries), count, unknown, tuple(unsigned))


def _signed(database: Database) -> Iterator[VerdictRow]:
    after = 0
    while True:
        with database.reading() as connection:
            rows = verdicts.signed(connection, after, PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].serial
