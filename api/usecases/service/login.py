"""People log in at a provider that the operator configured; they then have a token of eight hours, in a cookie."""

from __future__ import annotations

import base64
import hmac

from ...effects import login, oidc
from ...effects.chance import draw
from ...effects.faults import AccessFault
from ...effects.login import Ticket
from .identities import SESSION_LIFE, admit
from .issuers import Issuing, LoginClient
from .service import Principal, Service
from .tokens import Made, revoke_token


def begin_login(service: Service, tenant: str, issuer: str | None, redirect: str) -> tuple[str, Ticket]:
    """Where the browser is to go, and the ticket that it must bring back to `redirect`.

    `issuer` None is the only one there is.

    Raises:
        AccessFault: ``login.unavailable``, ``identity.issuer_unreachable``.
    """
    issuing, client = _client(service.issuing, issuer)
    endpoints = issuing.keys.endpoints(client.issuer, service.clock.now())
    ticket = Ticket(tenant, client.issuer.url, redirect, _chance(), _chance(), _chance())
    return login.authorization_url(endpoints, client.client_id, ticket), ticket


def finish_login(service: Service, ticket: Ticket, *, state: str, code: str, issuer: str | None) -> Made:
    """The token of whoever logged in, where the answer is to this ticket, and the tenant lets them in.

    Raises:
        AccessFault: ``login.state``, ``login.refused``, ``login.unavailable``, ``identity.*``, ``tenant.closed``.
    """
    if not hmac.compare_digest(ticket.state.encode(), state.encode()) or issuer not in (None, ticket.issuer):
        raise AccessFault("login.state", "this answers another login than the one that this browser began")
    now = service.clock.now()
    issuing, client = _client(service.issuing, ticket.issuer)
    endpoints = issuing.keys.endpoints(client.issuer, now)
    token = login.redeem(issuing.egress, endpoints, client.client_id, client.secret, ticket, code)
    holder = oidc.authenticate_token(token, issuers=(client.issuer,), keys=issuing.keys, now=now, nonce=ticket.nonce)
    return admit(service, ticket.tenant, holder, kind="person", life=SESSION_LIFE, now=now)


def end_login(service: Service, principal: Principal) -> None:
    """Revoke the token that the principal asks with."""
    revoke_token(service, principal, principal.token)


def _client(issuing: Issuing | None, url: str | None) -> tuple[Issuing, LoginClient]:
    """The provider of that address, None being the only one there is."""
    clients = issuing.logins if issuing is not None else ()
    found = [client for client in clients if url in (None, client.issuer.url)]
    if issuing is None or len(found) != 1:
        expected = ", ".join(client.issuer.url for client in clients) or "none is configured"
        raise AccessFault("login.unavailable", "nobody logs in there", expected=expected, actual=url)
    return issuing, found[0]


def _chance() -> str:
    """256 bits, as PKCE spells a verifier: 43 characters. Spec: RFC 7636 section 4.1"""
    return base64.urlsafe_b64encode(draw(32)).rstrip(b"=").decode()
