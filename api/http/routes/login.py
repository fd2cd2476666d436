"""``/v1/login`` and ``/v1/logout`` for people, and ``/v1/me``: who asks."""

from __future__ import annotations

import base64
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from ...decoding import UNDECODABLE
from ...effects.faults import AccessFault
from ...effects.login import Ticket
from ...usecases.service import login
from ...usecases.service.identities import SESSION_LIFE
from ..answers import gives, show
from ..auth import Caller, Reached
from ..openapi import may_refuse
from ..sessions import SESSION, UNDER_WAY
from ..wire import identities as wire
from .tokens import REFUSED_IDENTITIES, count_stranger

router = APIRouter(prefix="/v1", tags=["login"])

LOGIN_LIFE = 600
"""Seconds."""

_Text = Annotated[str, Query(max_length=4096)]


@router.get(
    "/login",
    summary="Log in",
    status_code=303,
    response_class=Response,
    openapi_extra=may_refuse(
        *("login.unavailable", "identity.issuer_unknown", "identity.issuer_unreachable", "throttle.requests")
    ),
)
def begin(
    request: Request,
    service: Reached,
    tenant: Annotated[str, Query(min_length=1, max_length=40)],
    issuer: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Sends the browser to the provider; `issuer` is needed where there are several."""
    count_stranger(service, request)
    redirect = str(request.url_for("finish_login"))
    url, ticket = login.begin_login(service, tenant, issuer, redirect)
    written = base64.urlsafe_b64encode(msgspec.json.encode(ticket)).decode()
    return _set(_sent(url), UNDER_WAY, written, LOGIN_LIFE)


@router.get(
    "/login/finish",
    name="finish_login",
    summary="Come back from the provider",
    status_code=303,
    response_class=Response,
    openapi_extra=may_refuse(
        *("login.state", "login.refused", "login.unavailable", "identity.nonce"), *REFUSED_IDENTITIES
    ),
)
def finish(
    request: Request,
    service: Reached,
    state: _Text = "",
    code: _Text = "",
    iss: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Where the provider sends the browser back to. Whoever the tenant lets in is logged in for eight hours."""
    count_stranger(service, request)
    made = login.finish_login(service, _ticket(request), state=state, code=code, issuer=iss)
    response = _sent(str(request.url_for("me")))
    _set(response, SESSION, made.secret, int(SESSION_LIFE.total_seconds()))
    return _set(response, UNDER_WAY, "", 0)


@router.post(
    "/logout",
    summary="Log out",
    status_code=204,
    response_class=Response,
    openapi_extra=may_refuse("login.cross_site"),
)
def logout(service: Reached, caller: Caller) -> Response:
    """Revokes the token that was asked with, also one in Authorization."""
    login.end_login(service, caller)
    return _set(Response(status_code=204, headers={"Cache-Control": "no-store"}), SESSION, "", 0)


@router.get("/me", name="me", summary="Who asks", responses=gives(wire.Me), response_class=Response)
def me(request: Request, caller: Caller) -> Response:
    """The tenant, the roles and the scopes of what you ask with."""
    return show(request, wire.me(caller))


_TICKET = msgspec.json.Decoder(Ticket)


def _ticket(request: Request) -> Ticket:
    try:
        return _TICKET.decode(base64.urlsafe_b64decode(request.cookies[UNDER_WAY]))
    except (KeyError, ValueError, *UNDECODABLE):
        raise AccessFault("login.state", "this browser began no login, or too long ago") from None


def _sent(url: str) -> Response:
    return Response(status_code=303, headers={"Location": url, "Cache-Control": "no-store"})


def _set(response: Response, name: str, value: str, seconds: int) -> Response:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
    return response
