"""Who asks, and whether they may: before anything else of a request is read.

A route that the table does not have is refused to everybody. What a principal may not see is answered as what is not
there, by the use cases, which look up nothing without a tenant.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from ..effects.faults import AccessFault
from ..usecases.service.authentication import authenticate_bearer
from ..usecases.service.service import Principal, Service
from .looking import look
from .permissions import BY_ROUTE, Rule
from .remembering import Memory
from .sessions import session

Credential = Callable[[Service, Request, datetime.datetime], Principal | None]
"""One way to say who asks: None where the request does not use it, a fault where it uses it wrongly."""


def bearer(service: Service, request: Request, now: datetime.datetime) -> Principal | None:
    """Whoever the token in ``Authorization: Bearer`` is of. Spec: RFC 6750 section 2.1"""
    given = request.headers.getlist("authorization")
    if not given:
        return None
    scheme, _, secret = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not secret:
        raise AccessFault("token.malformed", "one Authorization header, with a bearer token, is what is read")
    memory: Memory = request.app.state.memory
    known = memory.recall(
        ("bearer", hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()),
        lambda: authenticate_bearer(service, secret, now),
    )
    # Time goes on without anything being written.
    return known if known.expires is None or known.expires > now else authenticate_bearer(service, secret, now)


CREDENTIALS: tuple[Credential, ...] = (bearer, session)
"""Every way, the first that the request uses counts."""


async def authorised(request: Request) -> Principal | None:
    """Who asks, where the table lets them; None is somebody who showed nothing, on a route that asks for nothing.

    Raises:
        AccessFault: ``token.*``, ``tenant.closed``, ``access.missing``, ``access.role``, ``access.scope``.
    """
    rule = BY_ROUTE.get((request.method, request.scope["route"].path))
    if rule is None:
        raise AccessFault("access.role", "nobody may do this")
    if not rule.roles:
        return None
    service: Service = request.app.state.service
    principal = await look(service, _identify, service, request)
    check(rule, principal)
    request.scope.setdefault("state", {})["principal"] = principal
    return principal


def _identify(service: Service, request: Request) -> Principal | None:
    now = service.clock.now()
    for credential in CREDENTIALS:
        principal = credential(service, request, now)
        if principal is not None:
            if service.throttle is not None:
                service.throttle.request(principal)
            return principal
    return None


def check(rule: Rule, principal: Principal | None) -> None:
    """Refuse who may not. Raises as `authorised`."""
    if principal is None:
        raise AccessFault("access.missing", "this asks for a token")
    if rule.roles.isdisjoint(principal.roles):
        raise AccessFault(
            "access.role", "none of the token's roles may do this", expected=", ".join(sorted(rule.roles))
        )
    if rule.scope not in principal.scopes:
        raise AccessFault("access.scope", "the token is not for this", expected=rule.scope)


async def _caller(principal: Annotated[Principal | None, Depends(authorised)]) -> Principal:
    if principal is None:
        raise AccessFault("access.missing", "this asks for a token")
    return principal


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _reached(request: Request) -> Service:
    return _service(request)


Caller = Annotated[Principal, Depends(_caller)]
"""Who asks, in a route that asks for a token."""

Reached = Annotated[Service, Depends(_reached)]
"""The service, in a route."""
