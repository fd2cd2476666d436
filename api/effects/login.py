"""What a browser and a provider of logins are sent: the authorization code flow with PKCE, `state` and `nonce`.

    browser ──► authorization endpoint: client_id, redirect_uri, state, nonce, SHA-256 of a verifier
    browser ◄── redirect_uri: code, state
    we ──► token endpoint: code, verifier, client secret ◄── ID token

`state` ties the answer to the browser that began, `nonce` ties the ID token to the login, and the verifier ties the
code to us: whoever steals one of the three has a login of nobody.

Spec: OpenID Connect Core 1.0 section 3.1; RFC 7636 (PKCE); RFC 9700 (best practices); RFC 9207 (`iss`)
"""

from __future__ import annotations

from msgspec import Struct

from attestations.faults import Fault
from attestations.strict_json import Node, loads

from .egress import Egress
from .faults import AccessFault
from .issuer_keys import Endpoints

LONGEST_CODE = 4096


class Ticket(Struct, frozen=True):
    """A login under way: all that its browser must bring back, and where it is to lead. Nobody else sees it."""

    tenant: str
    issuer: str
    redirect: str
    state: str
    nonce: str
    verifier: str


def authorization_url(endpoints: Endpoints, client_id: str, ticket: Ticket) -> str:
    """Where the browser goes."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]  # it ships no types
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # it ships no types

    url: str = prepare_grant_uri(
        endpoints.authorization,
        client_id,
        "code",
        redirect_uri=ticket.redirect,
        scope="openid",
        state=ticket.state,
        nonce=ticket.nonce,
        code_challenge=create_s256_code_challenge(ticket.verifier),
        code_challenge_method="S256",
    )
    return url


def redeem(egress: Egress, endpoints: Endpoints, client_id: str, secret: str, ticket: Ticket, code: str) -> str:
    """The ID token that the provider gives for `code`, not authenticated yet.

    Raises:
        AccessFault: ``login.refused``.
    """
    from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # it ships no types
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    if not 0 < len(code) <= LONGEST_CODE:
        raise AccessFault("login.refused", "the provider sent no code")
    body = prepare_token_request(
        "authorization_code", redirect_uri=ticket.redirect, code=code, code_verifier=ticket.verifier
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    _, headers, body = ClientAuth(client_id, secret).prepare("POST", endpoints.token, headers, body)
    try:
        answer = egress.post(endpoints.token, body.encode(), headers)
        if answer.status != 200:
            raise AccessFault("login.refused", f"the provider answers {answer.status} to the code")
        return Node(loads(answer.body, source="token endpoint"), "token endpoint").field("id_token").text()
    except Fault as fault:
        raise AccessFault("login.refused", str(fault)) from None
