"""What follows from events, done by whoever has time: deliveries are written, and dependants verified again.

Every step may be cut off and taken up again by another: an event is spread when all that follows from it is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestations.faults import Fault

from ...store import deliveries, events, webhooks
from ...store.events import Event
from .service import Service
from .supersede import cause_of, verify_again

AT_ONCE = 100
"""Events that are read together, and spread in one transaction."""


def spread_events(service: Service) -> bool:
    """Write what follows from every event that waits; whether any is finished with.

    Raises:
        Fault: what keeps an event waiting, after the others are done.
        StoreFault: ``store.unavailable``: what is written stands.
    """
    after, finished, stuck = 0, False, list[Fault]()
    while waiting := _waiting(service, after):
        _write_deliveries(service, waiting)
        done = [event for event in waiting if _follow(service, event, stuck)]
        _mark(service, done)
        finished |= bool(done)
        after = waiting[-1].serial
    if stuck:
        raise stuck[0]
    return finished


def _waiting(service: Service, after: int) -> tuple[Event, ...]:
    with service.database.reading() as connection:
        return events.waiting(connection, after, AT_ONCE)


def _write_deliveries(service: Service, waiting: Sequence[Event]) -> None:
    """Write the deliveries of events, each once, to whoever had asked for them when they happened."""
    with service.database.writing() as connection:
        hooks = {tenant: webhooks.of_tenant(connection, tenant) for tenant in {event.tenant for event in waiting}}
        for event in waiting:
            for webhook in hooks[event.tenant]:
                if event.kind in webhook.events and webhook.created <= event.created:
                    deliveries.insert(connection, webhook.id, event.id, event.created)


def _follow(service: Service, event: Event, stuck: list[Fault]) -> bool:
    """Have what rests on a change verified again; whether nothing is left to do. What keeps it goes to `stuck`."""
    cause = cause_of(event)
    try:
        return cause is None or verify_again(service, event, cause)
    except Fault as fault:
        if fault.reason == "store.unavailable":
            raise
        stuck.append(fault)
        return False


def _mark(service: Service, done: Sequence[Event]) -> None:
    if done:
        with service.database.writing() as connection:
            for event in done:
                events.mark_spread(connection, event.id)
