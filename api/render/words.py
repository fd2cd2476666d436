"""Figures in people's words: sizes, ages, moments, digests. Exact figures stand in the report."""

from __future__ import annotations

import datetime

from attestations.digests import Digest, DigestSet

_UNITS = tuple((1000**power, name) for power, name in enumerate(("kB", "MB", "GB", "TB", "PB"), start=1))


def size_words(size: int) -> str:
    """`size` bytes in decimal units with two digits: ``12 B``, ``1.2 GB``."""
    if size < 1000:
        return f"{size} B"
    unit, name = next((unit, name) for unit, name in _UNITS if size < 1000 * unit or name == _UNITS[-1][1])
    tenths = (10 * size + unit // 2) // unit
    return f"{tenths // 10}.{tenths % 10} {name}" if tenths < 100 else f"{(size + unit // 2) // unit} {name}"


def age_words(age: datetime.timedelta) -> str:
    """How long ago: ``3 hours``, ``12 days``. A moment that has not come yet is said to be in the future."""
    if age < datetime.timedelta(0):
        return "dated in the future"
    if age < datetime.timedelta(days=2):
        hours = int(age.total_seconds() // 3600)
        return f"{hours} hour{'' if hours == 1 else 's'} old"
    return f"{age.days} days old"


def moment_words(moment: datetime.datetime) -> str:
    """A moment to the minute, in UTC: ``2026-03-02 11:04 UTC``."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def digest_words(digest: Digest, ellipsis: str) -> str:
    """A digest by its first and last four hex digits."""
    return f"{digest.algorithm}:{digest.hex[:4]}{ellipsis}{digest.hex[-4:]}"


def identity_words(digests: DigestSet, ellipsis: str) -> str:
    """The digest by which people tell an artifact from another: SHA-256 where there is one."""
    chosen = digests.get("sha256") or next(iter(digests.strong), None)
    return digest_words(chosen, ellipsis) if chosen is not None else ""
