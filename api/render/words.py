"""Figures in people's words: sizes, ages, moments, digests. Exact figures stand in the report."""

from __future__ import annotations

import datetime
from fractions import Fraction

from attestations.digests import Digest, DigestSet

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def size_words(size: int) -> str:
    """`size` bytes in decimal units with two digits: ``12 B``, ``1.2 GB``."""
    if size < 1000:
        return f"{size} B"
    value = Fraction(size)
    for unit in _UNITS:
        value /= 1000
        if value < 1000 or unit == _UNITS[-1]:
            break
    return f"{float(value):.1f} {unit}" if value < 10 else f"{round(value)} {unit}"


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
