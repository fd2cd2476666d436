"""What follows from events, as chores: they are spread, and told to whoever subscribed."""

from __future__ import annotations

from ..usecases.service.deliver import deliver_next
from ..usecases.service.outreach import spread_events
from .chores import Chore

DELIVERING = 4
"""Threads that speak to webhooks: receivers that are slow hold up so many others."""

OUTREACH = (
    Chore("spread events", 2.0, spread_events),
    *(Chore(f"deliver {number}", 2.0, deliver_next) for number in range(DELIVERING)),
)
