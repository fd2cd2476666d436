"""Windows of time: when an entry of a trust root, a pinned key or a certificate counts."""

from __future__ import annotations

import datetime

from msgspec import Struct


class Window(Struct, frozen=True):
    """A closed range of time: both ends belong to it. None is an open end. Bounds are aware and in UTC."""

    start: datetime.datetime | None
    end: datetime.datetime | None

    def __post_init__(self) -> None:
        if any(bound is not None and bound.utcoffset() is None for bound in (self.start, self.end)):
            raise ValueError("a window's bounds are aware")

    def __contains__(self, at: datetime.datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)

    def __str__(self) -> str:
        if self.start is not None and self.end is not None and self.start > self.end:
            return "never"
        start = "" if self.start is None else f"from {shown(self.start)}"
        end = "" if self.end is None else f"to {shown(self.end)}"
        return f"{start} {end}".strip() or "always"


UNBOUNDED = Window(None, None)
"""Every moment."""

NEVER = Window(datetime.datetime.max.replace(tzinfo=datetime.UTC), datetime.datetime.min.replace(tzinfo=datetime.UTC))
"""No moment: what an entry gets whose window is required and not stated."""


def shown(moment: datetime.datetime | None) -> str:
    """A moment as people read it: RFC 3339, UTC, seconds; "" for none."""
    if moment is None:
        return ""
    return moment.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
