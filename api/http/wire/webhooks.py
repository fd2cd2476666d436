"""Webhooks, their deliveries, and events over the wire. A secret is told where a webhook is made, and never again."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ...effects.destinations import LONGEST_URL
from ...store.deliveries import Delivery
from ...store.events import Event
from ...store.webhooks import Webhook
from ...usecases.service.telling import KINDS
from ...usecases.service.webhooks import Subscribed
from .common import Form, Time, View, example, shown_time, shown_time_or_none

_WEBHOOK = {
    "id": "webhook-9c9064c59f1ffa2e174ee754d2979be8",
    "url": "https://hooks.acme.example/countersign",
    "events": ["verdict.issued", "verdict.superseded"],
    "created": "2026-03-02T11:04:00Z",
}
_EVENT = "event-5f0c8d1fb2a64f7b9c0d3e2f1a4b5c6d"


class WebhookForm(Form):
    """A webhook to be made. Where no events are named, it gets all of them."""

    model_config = example(url=_WEBHOOK["url"], events=_WEBHOOK["events"])

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    events: Annotated[tuple[str, ...], Field(max_length=len(KINDS))] = ()


class WebhookView(View):
    """A webhook, without its secret."""

    model_config = example(**_WEBHOOK)

    id: str
    url: str
    events: tuple[str, ...]
    created: Time


class WebhookMade(WebhookView):
    """A webhook that was just made, with its secret: nobody is told it again."""

    model_config = example(**_WEBHOOK, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")

    secret: str


class WebhookPage(View):
    """Webhooks by id; `next` is the cursor of the page after."""

    model_config = example(items=[_WEBHOOK])

    items: list[WebhookView]
    next: str | None = None


class DeliveryView(View):
    """An event on its way to a webhook: `answer` is how the last attempt ended, `next` when the next one is due."""

    model_config = example(event=_EVENT, attempts=1, delivered="2026-03-02T11:04:01Z", answer="204")

    event: str
    attempts: int
    next: Time | None = None
    delivered: Time | None = None
    answer: str | None = None


class DeliveryPage(View):
    """Deliveries, newest first; `next` is the cursor of the page after."""

    model_config = example(items=[], next="41")

    items: list[DeliveryView]
    next: str | None = None


class EventView(View):
    """Something that happened. `type`, `timestamp` and `data` are what webhooks are sent."""

    model_config = example(
        id=_EVENT, type="verdict.issued", timestamp="2026-03-02T11:04:00Z", data={"outcome": "PASSED"}
    )

    id: str
    type: str
    timestamp: Time
    data: dict[str, Any]


class EventPage(View):
    """Events, newest first; `next` is the cursor of the page after."""

    model_config = example(items=[], next="41")

    items: list[EventView]
    next: str | None = None


def webhook_view(webhook: Webhook) -> WebhookView:
    """A webhook as it is shown."""
    return WebhookView(id=webhook.id, url=webhook.url, events=webhook.events, created=shown_time(webhook.created))


def webhook_made(made: Subscribed) -> WebhookMade:
    """A webhook as it is shown once."""
    return WebhookMade(**webhook_view(made.webhook).model_dump(), secret=made.secret)


def delivery_view(delivery: Delivery) -> DeliveryView:
    """A delivery as the log shows it."""
    return DeliveryView(
        event=delivery.event,
        attempts=delivery.attempts,
        next=shown_time_or_none(delivery.next),
        delivered=shown_time_or_none(delivery.delivered),
        answer=delivery.answer,
    )


def event_view(event: Event) -> EventView:
    """An event as it is shown."""
    return EventView(id=event.id, type=event.kind, timestamp=shown_time(event.created), data=event.document)
