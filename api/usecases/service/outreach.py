"""What follows from events, done by whoever has time: deliveries are written, and dependants verified again.

Every step may be cut off and taken up again by another: an event is spread when all that follows from it is written.
"""

from __future__ import annotations

from ...store import deliveries, events, webhooks
from ...store.events import Event
from .service import Service
from .supersede import cause_of, verify_again

AT_ONCE = 100
"""Events that are read together."""


def spread_events(service: Service) -> bool:
    """Write what follows from every event that waits; whether any is finished with.

    Raises:
        StoreFault: ``store.unavailable``: what is written stands.
    """
    after, finished = 0, False
    while True:
        with service.database.reading() as connection:
            waiting = events.waiting(connection, after, AT_ONCE)
        if not waiting:
            return finished
        after = waiting[-1].serial
        finished |= sum(_spread(service, event) for event in waiting) > 0


def _spread(service: Service, event: Event) -> bool:
    cause = cause_of(event)
    if cause is None:
        return _write_deliveries(service, event, finished=True)
    _write_deliveries(service, event, finished=False)
    return verify_again(service, event, cause) and _write_deliveries(service, event, finished=True)


def _write_deliveries(service: Service, event: Event, *, finished: bool) -> bool:
    """Write the event's deliveries, each once; and that it is spread, where it is."""
    with service.database.writing() as connection:
        for webhook in webhooks.of_tenant(connection, event.tenant):
            if event.kind in webhook.events and webhook.created <= event.created:
                deliveries.insert(connection, webhook.id, event.id, event.created)
        return finished and events.mark_spread(connection, event.id)
