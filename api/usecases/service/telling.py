"""Events that others may want to hear of, and what each of them tells. Written where what they tell of is written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from ...effects.chance import draw_id
from ...store import events
from ...store.events import Event

KINDS: Mapping[str, str] = {
    "verdict.issued": "A verification has its verdict.",
    "verdict.superseded": "A verdict was given anew, and the new one takes the place of the old.",
    "policy.replaced": "A policy has a new version; verdicts under the old one are given anew.",
    "trust.distrusted": "A trust root or a file of keys is trusted no more; verdicts that rest on it are given anew.",
    "renewal.asked": "Verdicts under a policy are given anew, as things stand.",
    "evidence.withdrawn": "Evidence was withdrawn; verdicts that rest on it are given anew.",
    "evidence.added": "A release has more evidence; verdicts about its artifacts are given anew.",
    "release.declared": "A release was declared.",
    "release.withdrawn": "A release was withdrawn by its vendor.",
    "audit.filed": "An audit was filed.",
    "appeal.filed": "An appeal against a verdict was filed.",
    "appeal.answered": "The operator has answered an appeal.",
    "waiver.filed": "A waiver was filed.",
}
"""What a webhook may ask for."""

TEST = "webhook.test"
"""What a webhook gets on request alone, to show that it works."""


def tell(connection: Connection, tenant: str, kind: str, document: Mapping[str, Any], at: datetime.datetime) -> Event:
    """Write an event of the tenant's, in the transaction that does what it tells of."""
    if kind not in KINDS:
        raise ValueError(f"no event is called {kind}")
    event = Event(id=draw_id("event"), tenant=tenant, kind=kind, document=dict(document), created=at)
    events.insert(connection, event)
    return event
