"""Transparency log entries: what they speak of, and that a log holds them.

    binding     this signature, this key, this content
    rekor_v1    promise (which alone tells time), inclusion
    rekor_v2    inclusion
    inclusion   the path to a signed checkpoint

An entry proves something only after both: that it is bound, and that it is logged.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from attestations.bundles import LogEntry

from ..authenticated import VerifiedEntry, VerifiedTime
from ..trust import TrustRoot
from . import rekor_v1, rekor_v2
from .binding import bind

__all__ = ["bind", "promised_time", "prove_entry"]


def promised_time(entry: LogEntry, trust: TrustRoot) -> VerifiedTime | None:
    """The entry's integrated time under a verified promise; None for an entry that has none to give.

    Raises:
        LogFault: as `rekor_v1.promised_time`.
    """
    return None if _is_v2(entry) else rekor_v1.promised_time(entry, trust)


def prove_entry(entry: LogEntry, trust: TrustRoot, times: Iterable[datetime.datetime]) -> VerifiedEntry:
    """Prove that a log of the trust root holds the entry, whose promise (if any) was verified by `promised_time`.

    Raises:
        LogFault: as `rekor_v1.prove_entry` and `rekor_v2.prove_entry`.
    """
    prove = rekor_v2.prove_entry if _is_v2(entry) else rekor_v1.prove_entry
    return prove(entry, trust, times)


def _is_v2(entry: LogEntry) -> bool:
    return (entry.kind, entry.version) in rekor_v2.VERSIONS
