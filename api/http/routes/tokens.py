"""``/v1/tokens``: made, listed, revoked; and given to CI jobs for an identity token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service import identities, tokens
from ...usecases.service.service import Service
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Id, Size, WordCursor
from ..wire.tokens import ExchangeForm, TokenForm, TokenMade, TokenPage, TokenView, token_made, token_view

router = APIRouter(prefix="/v1/tokens", tags=["tokens"])

LARGEST_EXCHANGE = 20 * 1024
"""Bytes of a body that anybody may send."""

REFUSED_IDENTITIES = (
    *("identity.malformed", "identity.algorithm", "identity.signature", "identity.audience", "identity.expired"),
    *("identity.not_yet", "identity.issuer_unknown", "identity.issuer_unreachable", "identity.key_unknown"),
    *("identity.unbound", "tenant.closed", "throttle.requests"),
)
"""Reasons for which nobody is let in on an issuer's word."""


@router.get("", summary="The tenant's tokens", responses=gives(TokenPage), response_class=Response)
def list_tokens(
    request: Request, service: Reached, caller: Caller, cursor: WordCursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """Without their secrets, which nobody has but who they were told to. What ended long ago may be gone."""
    page = tokens.page_of_tokens(service, caller, cursor, size)
    return show(request, TokenPage(items=list(map(token_view, page.rows)), next=page.next))


@router.post(
    "",
    summary="Make a token",
    status_code=201,
    responses=gives(TokenMade, 201),
    response_class=Response,
    openapi_extra=may_refuse("token.exceeds", "token.name", "token.role_unknown", "token.scope_unknown"),
)
def make_token(
    request: Request, service: Reached, caller: Caller, form: Annotated[TokenForm, Depends(json_body(TokenForm))]
) -> Response:
    """It may no more than what it is made with, and lives no longer. Its secret is told in this answer alone."""
    return show(request, token_made(tokens.make_token(service, caller, form.wanted)), 201)


@router.delete(
    "/{id}",
    summary="Revoke a token",
    responses=gives(TokenView),
    response_class=Response,
    openapi_extra=may_refuse("token.not_found"),
)
def revoke_token(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """For good. What was asked with it stands."""
    return show(request, token_view(tokens.revoke_token(service, caller, id)))


@router.post(
    "/exchange",
    summary="Get a token for a CI job",
    status_code=201,
    responses=gives(TokenMade, 201),
    response_class=Response,
    openapi_extra=may_refuse(*REFUSED_IDENTITIES),
)
def exchange(
    request: Request,
    service: Reached,
    form: Annotated[ExchangeForm, Depends(json_body(ExchangeForm, LARGEST_EXCHANGE))],
) -> Response:
    """Against the identity token that the CI system gave the job, for an hour, where the tenant lets the job in."""
    count_stranger(service, request)
    return show(request, token_made(identities.exchange(service, form.tenant, form.token)), 201)


def count_stranger(service: Service, request: Request) -> None:
    """Count a request by somebody who shows no token, by where it comes from. Raises ``throttle.requests``."""
    if service.throttle is not None:
        service.throttle.stranger(request.client.host if request.client is not None else "nowhere")
