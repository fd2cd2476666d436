"""An assured repository as a person reads of it: what a run wrote, and when each role must be signed again."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verifier.policy.plain import format_time

if TYPE_CHECKING:
    from verifier.updates.tuf.due import Deadline

_WHO = {"root": "at a ceremony", "targets": "with its keys: countersign admin tuf refresh"}
_ONLINE = "by countersign admin tuf refresh"


def written_text(lists: int, roles: Sequence[str], pruned: int) -> str:
    """What an edition wrote: so many lists, these roles; and how many old files went."""
    if not roles:
        return "signed     nothing: all of it is as it was, and nothing is due\n"
    gone = f"removed    {pruned} old files\n" if pruned else ""
    return f"lists      {lists} written\nsigned     {', '.join(roles)}\n{gone}"


def deadlines_text(deadlines: Sequence[Deadline], now: datetime.datetime) -> str:
    """When each role is due, and who does it; what is due says so in words."""
    return "".join(_deadline_text(deadline, now) for deadline in deadlines)


def _deadline_text(deadline: Deadline, now: datetime.datetime) -> str:
    state, who = deadline.state(now), _WHO.get(deadline.role, _ONLINE)
    line = f"{deadline.role:<10} version {deadline.version}, until {format_time(deadline.expires)}"
    if state == "good":
        return f"{line}; due {format_time(deadline.due)}\n"
    said = "EXPIRED: clients refuse it" if state == "expired" else "DUE"
    return f"{line}\n{'':<10} {said}; sign it again {who}\n"
