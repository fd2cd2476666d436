"""Webhooks: a tenant names an address and what it wants to hear of; each event is sent there, until it arrives."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from attestations.faults import Place

from ...effects.chance import draw, draw_id
from ...effects.egress import Egress
from ...effects.faults import EgressFault, RequestFault
from ...store import deliveries, events, trail, webhooks
from ...store.deliveries import Delivery
from ...store.events import Event
from ...store.rows import Page
from ...store.webhooks import Webhook
from .ground import Ground
from .service import Principal, Service
from .signatures import SECRET_SIZE, show_secret
from .telling import KINDS, TEST

MOST_WEBHOOKS = 20
"""Of a tenant: each is a request for every event."""


class Subscribed(Struct, frozen=True):
    """A webhook that was just made, and its secret, which is told this once."""

    webhook: Webhook
    secret: str


def subscribe(service: Service, principal: Principal, url: str, kinds: Iterable[str]) -> Subscribed:
    """Have events of these kinds told to `url`; of all kinds, where none is named.

    Raises:
        RequestFault: ``request.invalid``, ``webhook.too_many``.
        EgressFault: ``egress.url_refused``, ``egress.unavailable``.
    """
    wanted = _check_kinds(tuple(kinds))
    _egress(service).check(url)
    now = service.clock.now()
    secret = draw(SECRET_SIZE)
    made = Webhook(id=draw_id("webhook"), tenant=principal.tenant, url=url, events=wanted, secret=secret, created=now)
    with service.database.writing() as connection:
        if webhooks.count(connection, principal.tenant) >= MOST_WEBHOOKS:
            raise RequestFault(
                "webhook.too_many", "the tenant has all the webhooks it may", expected=f"{MOST_WEBHOOKS}"
            )
        webhooks.insert(connection, made)
        detail = {"url": url, "events": list(wanted)}
        trail.append(
            connection,
            made.tenant,
            actor=principal.actor,
            act="webhook.made",
            about=made.id,
            detail=detail,
            at=now,
        )
    return Subscribed(made, show_secret(secret))


def _check_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    for number, kind in enumerate(kinds):
        if kind not in KINDS:
            raise RequestFault(
                "request.invalid",
                "no event is called that",
                place=Place("body", f"/events/{number}"),
                expected=", ".join(KINDS),
                actual=ascii(kind[:80]),
            )
    return tuple(kind for kind in KINDS if kind in kinds or not kinds)


def _egress(service: Service) -> Egress:
    if service.egress is None:
        raise EgressFault("egress.unavailable", "this service speaks to nobody")
    return service.egress


def unsubscribe(ground: Ground, principal: Principal, webhook: str) -> None:
    """Remove a webhook. What was not delivered is given up; its log stays.

    Raises:
        RequestFault: ``request.not_found``.
    """
    now = ground.clock.now()
    with ground.database.writing() as connection:
        if not webhooks.remove(connection, principal.tenant, webhook, now):
            raise _absent(webhook)
        trail.append(
            connection,
            principal.tenant,
            actor=principal.actor,
            act="webhook.removed",
            about=webhook,
            detail={},
            at=now,
        )


def find_webhook(ground: Ground, principal: Principal, webhook: str) -> Webhook:
    """The tenant's webhook of that id.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        found = webhooks.by_id(connection, principal.tenant, webhook)
    if found is None or found.removed is not None:
        raise _absent(webhook)
    return found


def list_webhooks(ground: Ground, principal: Principal, cursor: str | None, size: int) -> Page[Webhook]:
    """The tenant's webhooks, by id."""
    with ground.database.reading() as connection:
        return webhooks.page_of(connection, principal.tenant, cursor, size)


def list_deliveries(
    ground: Ground, principal: Principal, webhook: str, cursor: str | None, size: int
) -> Page[Delivery]:
    """What was sent to the tenant's webhook, newest first; also of one that was removed.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        if webhooks.by_id(connection, principal.tenant, webhook) is None:
            raise _absent(webhook)
        return deliveries.page_of(connection, principal.tenant, webhook, cursor, size)


def list_events(ground: Ground, principal: Principal, cursor: str | None, size: int) -> Page[Event]:
    """The tenant's events, newest first: for whoever asks instead of waiting."""
    with ground.database.reading() as connection:
        return events.page_of(connection, principal.tenant, cursor, size)


def try_webhook(ground: Ground, principal: Principal, webhook: str) -> Event:
    """Send an event of no meaning to the webhook.

    Raises:
        RequestFault: ``request.not_found``.
    """
    found = find_webhook(ground, principal, webhook)
    now = ground.clock.now()
    event = Event(
        id=draw_id("event"),
        tenant=principal.tenant,
        kind=TEST,
        document={"webhook": found.id},
        created=now,
        spread=True,
    )
    with ground.database.writing() as connection:
        events.insert(connection, event)
        deliveries.insert(connection, found.id, event.id, now)
    return event


def deliver_again(ground: Ground, principal: Principal, webhook: str, event: str) -> None:
    """Begin anew with a delivery that did not arrive.

    Raises:
        RequestFault: ``request.not_found``.
    """
    found = find_webhook(ground, principal, webhook)
    with ground.database.writing() as connection:
        if not deliveries.again(connection, found.id, event, ground.clock.now()):
            raise RequestFault("request.not_found", "nothing of this event is undelivered", actual=ascii(event[:80]))


def message_of(event: Event) -> dict[str, Any]:
    """What a webhook is sent about an event, in the form of Standard Webhooks."""
    return {"type": event.kind, "timestamp": _written(event.created), "data": event.document}


def _written(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _absent(webhook: str) -> RequestFault:
    return RequestFault("request.not_found", "no webhook of this id", actual=ascii(webhook[:80]))
