"""``/v1/webhooks`` and ``/v1/events``: what happened, told to whoever waits or shown to whoever asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service import webhooks
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Cursor, Id, Size, WordCursor
from ..wire.webhooks import (
    DeliveryPage,
    EventPage,
    EventView,
    WebhookForm,
    WebhookMade,
    WebhookPage,
    WebhookView,
    delivery_view,
    event_view,
    webhook_made,
    webhook_view,
)

router = APIRouter(prefix="/v1", tags=["webhooks"])


@router.post(
    "/webhooks",
    summary="Make a webhook",
    responses=gives(WebhookMade, 201),
    response_class=Response,
    openapi_extra=may_refuse("egress.url_refused", "egress.unavailable", "webhook.too_many"),
)
def make_webhook(
    request: Request, service: Reached, caller: Caller, form: Annotated[WebhookForm, Depends(json_body(WebhookForm))]
) -> Response:
    """Events are sent to its URL, signed with the secret that this answer alone tells."""
    return show(request, webhook_made(webhooks.subscribe(service, caller, form.url, form.events)), 201)


@router.get("/webhooks", summary="The tenant's webhooks", responses=gives(WebhookPage), response_class=Response)
def list_webhooks(
    request: Request, service: Reached, caller: Caller, cursor: WordCursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """By id, without their secrets."""
    page = webhooks.list_webhooks(service, caller, cursor, size)
    return show(request, WebhookPage(items=list(map(webhook_view, page.rows)), next=page.next))


@router.get("/webhooks/{id}", summary="A webhook", responses=gives(WebhookView), response_class=Response)
def find_webhook(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """Without its secret."""
    return show(request, webhook_view(webhooks.find_webhook(service, caller, id)))


@router.delete("/webhooks/{id}", summary="Remove a webhook", status_code=204, response_class=Response)
def remove_webhook(service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """For good. What was not delivered is given up; the log stays."""
    webhooks.unsubscribe(service, caller, id)
    return Response(None, 204)


@router.post(
    "/webhooks/{id}/test",
    summary="Try a webhook",
    responses=gives(EventView, 202),
    response_class=Response,
    openapi_extra=may_refuse("egress.unavailable"),
)
def try_webhook(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """It is sent an event that means nothing; the log of its deliveries tells what came of it."""
    return show(request, event_view(webhooks.try_webhook(service, caller, id)), 202)


@router.get(
    "/webhooks/{id}/deliveries",
    summary="What a webhook was sent",
    responses=gives(DeliveryPage),
    response_class=Response,
)
def list_deliveries(
    request: Request,
    service: Reached,
    caller: Caller,
    id: Id,  # noqa: A002  # of the path
    cursor: Cursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """Newest first, with how each ended; also of a webhook that was removed."""
    page = webhooks.list_deliveries(service, caller, id, cursor, size)
    return show(request, DeliveryPage(items=list(map(delivery_view, page.rows)), next=page.next))


@router.post(
    "/webhooks/{id}/deliveries/{event}", summary="Deliver an event again", status_code=202, response_class=Response
)
def deliver_again(service: Reached, caller: Caller, id: Id, event: Id) -> Response:  # noqa: A002  # of the path
    """Where it did not arrive: all its attempts begin anew, now."""
    webhooks.deliver_again(service, caller, id, event)
    return Response(None, 202)


@router.get("/events", summary="What happened", responses=gives(EventPage), response_class=Response)
def list_events(
    request: Request, service: Reached, caller: Caller, cursor: Cursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """The tenant's events, newest first: for those who ask, and for those whose webhook was away."""
    page = webhooks.list_events(service, caller, cursor, size)
    return show(request, EventPage(items=list(map(event_view, page.rows)), next=page.next))
