"""Who asks: a token's secret in, a principal out, or the reason why not."""

from __future__ import annotations

import datetime

from ...effects.faults import AccessFault
from ...store import tokens
from ...store.tokens import Token
from .ground import Ground
from .service import Principal
from .token_form import hash_secret

GIVEN = ("ci:", "person:")
"""How names of tokens begin that identities were given. No token that somebody makes may be called so."""


def authenticate_bearer(service: Ground, secret: str, now: datetime.datetime) -> Principal:
    """Whose token `secret` is, and what it may do at `now`: never more than its tenant may.

    Raises:
        AccessFault: ``token.malformed``, ``token.unknown``, ``token.revoked``, ``token.expired``, ``tenant.closed``.
    """
    digest = hash_secret(secret)
    with service.database.reading() as connection:
        held = tokens.find_held(connection, digest)
    if held is None:
        raise AccessFault("token.unknown", "this service knows no such token")
    token = held.token
    if token.revoked is not None:  # for good, also where the clock was put back since
        raise AccessFault("token.revoked", f"token {token.id} was revoked", actual=token.revoked.isoformat())
    if token.expires <= now:
        raise AccessFault("token.expired", f"token {token.id} has expired", actual=token.expires.isoformat())
    if held.closed is not None:
        raise AccessFault("tenant.closed", f"tenant {token.tenant} is closed", actual=held.closed.isoformat())
    roles = tuple(role for role in token.roles if role in held.tenant_roles)
    return Principal(
        token.tenant, actor_of(token), roles, tuple(token.scopes), dict(held.limits), token.id, token.expires
    )


def actor_of(token: Token) -> str:
    """Who acts with a token, for the trail: the CI job or person that it was given to, or else the token itself."""
    return token.name if token.name.startswith(GIVEN) else f"token:{token.id}"
