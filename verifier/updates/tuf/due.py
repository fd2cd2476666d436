"""Which signatures run out, and when somebody must act: for a scheduler, and for the people of a ceremony.

A role is due when half of its time is over, a month before its end at the latest. What is online is signed again by
then; root and the top list want people.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec import Struct

from attestations.tuf.documents import Common

DAY = datetime.timedelta(days=1)
NOTICE = 30 * DAY


class Lifetimes(Struct, frozen=True, forbid_unknown_fields=True):
    """How long each role holds, in seconds."""

    timestamp: int = 24 * 3600
    snapshot: int = 7 * 24 * 3600
    targets: int = 365 * 24 * 3600

    def of(self, role: str) -> datetime.timedelta:
        """How long `role` holds."""
        seconds: int = getattr(self, role)
        return datetime.timedelta(seconds=seconds)


class Deadline(Struct, frozen=True):
    """Of one role: which version there is, from when it should be signed again, from when clients refuse it."""

    role: str
    version: int
    due: datetime.datetime
    expires: datetime.datetime

    def state(self, now: datetime.datetime) -> str:
        """``good``, ``due`` or ``expired``."""
        if now >= self.expires:
            return "expired"
        return "due" if now >= self.due else "good"


def due_at(common: Common, lifetime: datetime.timedelta) -> datetime.datetime:
    """From when a role should be signed again."""
    return common.expires - min(lifetime / 2, NOTICE)


def is_due(common: Common, lifetime: datetime.timedelta, now: datetime.datetime) -> bool:
    """Whether a role should be signed again: in time, and where it was signed by a clock that was ahead of `now`.

    What holds for longer than anybody meant it to could be served for as long.
    """
    return now >= due_at(common, lifetime) or common.expires > now + lifetime


def deadlines(commons: Mapping[str, Common], lifetimes: Lifetimes) -> tuple[Deadline, ...]:
    """Those of these roles, in their order. A root is due a month before its end."""
    return tuple(
        Deadline(
            role,
            common.version,
            common.expires - NOTICE if role == "root" else due_at(common, lifetimes.of(role)),
            common.expires,
        )
        for role, common in commons.items()
    )
