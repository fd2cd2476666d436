"""Deliveries, one attempt at a time: signed, sent, written down; tried again after growing pauses, at last given up.

taken up    `attempts` counts up and `next` moves on, committed: a worker that dies here costs one pause
sent        outside of every transaction
settled     2xx: delivered · 410: given up · anything else: again at `next`, or given up after the last pause
"""

from __future__ import annotations

import datetime

import rfc8785
from msgspec import Struct

from attestations.faults import Fault

from ...effects.egress import Egress
from ...store import deliveries, events, webhooks
from ...store.deliveries import Delivery
from ...store.events import Event
from ...store.webhooks import Webhook
from .service import Service
from .signatures import signed_fields
from .webhooks import message_of

PAUSES = tuple(
    datetime.timedelta(seconds=seconds)
    for seconds in (5, 30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Between attempts: three days in all, as Standard Webhooks advises."""

MOST_ATTEMPTS = len(PAUSES) + 1
GONE = 410


class _End(Struct, frozen=True):
    """How an attempt ended: in words for the log, whether it arrived, and whether there is any use in another."""

    answer: str
    arrived: bool = False
    final: bool = False


LOOKED_AT = 20
"""Deliveries that are due and looked at together: among as many workers, each finds one of its own."""


def deliver_next(service: Service) -> bool:
    """Make one attempt whose time has come; whether there was any.

    Raises:
        StoreFault: ``store.unavailable``: the attempt counts, and the next follows.
    """
    if service.egress is None:
        return False
    with service.database.reading() as connection:
        waiting = deliveries.due(connection, service.clock.now(), LOOKED_AT)
    egress = service.egress
    return any(_deliver(service, egress, delivery) for delivery in waiting)


def _deliver(service: Service, egress: Egress, delivery: Delivery) -> bool:
    """One attempt, unless another makes it."""
    now = service.clock.now()
    last = delivery.attempts + 1 >= MOST_ATTEMPTS
    with service.database.writing() as connection:
        pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
        if not deliveries.take_up(connection, delivery, now + pause):
            return False
        webhook = webhooks.of_any_tenant(connection, delivery.webhook)
        event = events.by_id(connection, delivery.event)
    if delivery.attempts >= MOST_ATTEMPTS:
        end = _End(delivery.answer or "no answer was written down", final=True)
    elif webhook is None or event is None or webhook.removed is not None:
        end = _End("the webhook was removed", final=True)
    else:
        end = _attempt(egress, webhook, event, now)
    with service.database.writing() as connection:
        if end.arrived or end.final or last:
            deliveries.settle(connection, delivery, now if end.arrived else None, end.answer)
        else:
            deliveries.note(connection, delivery, end.answer)
    return True


def _attempt(egress: Egress, webhook: Webhook, event: Event, now: datetime.datetime) -> _End:
    body = rfc8785.dumps(message_of(event))
    fields = {"content-type": "application/json", **signed_fields(webhook.secret, event.id, now, body)}
    try:
        answer = egress.post(webhook.url, body, fields)
    except Fault as fault:
        return _End(f"{fault.reason}: {fault.detail}"[:255])
    return _End(f"{answer.status}", arrived=200 <= answer.status < 300, final=answer.status == GONE)
