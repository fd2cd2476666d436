"""Tokens: made within what their maker may, listed without their secrets, revoked for good."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from ...effects.chance import draw, draw_id
from ...effects.faults import AccessFault
from ...store import tenants, tokens, trail
from ...store.rows import Page
from ...store.tokens import Token
from .authentication import GIVEN
from .ground import Ground
from .roles import check_roles, check_scopes
from .service import Principal
from .token_form import BITS, hash_secret, write_secret

LONGEST_LIFE = datetime.timedelta(days=366)
DEFAULT_LIFE = datetime.timedelta(days=90)
LONGEST_NAME = 100

KEPT = datetime.timedelta(days=30)
"""How long a token is listed that expired or was revoked."""


class TokenWanted(Struct, frozen=True):
    """A token to be made: `roles` and `scopes` empty are its maker's; `life` None is the default, or less."""

    name: str
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    life: datetime.timedelta | None = None


class Made(Struct, frozen=True):
    """A token that was just made, and its secret, which is told this once."""

    token: Token
    secret: str


def make_token(ground: Ground, principal: Principal, wanted: TokenWanted, tenant: str | None = None) -> Made:
    """Make a token of the principal's tenant; of another `tenant`, where it is the operator who makes it.

    Raises:
        AccessFault: ``token.exceeds``, ``token.name``, ``token.role_unknown``, ``token.scope_unknown``,
            ``tenant.not_found``, ``tenant.closed``.
    """
    now = ground.clock.now()
    made = draw_token(
        tenant or principal.tenant,
        name=_checked_name(wanted.name),
        roles=check_roles(wanted.roles or principal.roles),
        scopes=check_scopes(wanted.scopes or principal.scopes),
        expires=_expiry(principal, wanted, now),
        now=now,
    )
    with ground.database.writing() as connection:
        made = _within(connection, principal, made, named=bool(wanted.roles))
        keep_token(connection, made)
        tell_token(connection, principal.actor, "token.made", made.token, now)
    return made


def revoke_token(ground: Ground, principal: Principal, token: str, tenant: str | None = None) -> Token:
    """Revoke a token of the tenant's, for good; one that is revoked stays so.

    Raises:
        AccessFault: ``token.not_found``.
    """
    now, whose = ground.clock.now(), tenant or principal.tenant
    with ground.database.writing() as connection:
        if tokens.revoke(connection, whose, token, now):
            trail.append(connection, whose, actor=principal.actor, act="token.revoked", about=token, detail={}, at=now)
        found = tokens.by_id(connection, whose, token)
    if found is None:
        raise AccessFault("token.not_found", f"the tenant has no token {token[:80]!r}")
    return found


def list_tokens(ground: Ground, principal: Principal, tenant: str | None = None) -> tuple[Token, ...]:
    """The tenant's tokens, oldest first. Their secrets are nowhere."""
    with ground.database.reading() as connection:
        return tokens.of_tenant(connection, tenant or principal.tenant)


def page_of_tokens(ground: Ground, principal: Principal, cursor: str | None, size: int) -> Page[Token]:
    """The principal's tenant's tokens, by id. Their secrets are nowhere."""
    with ground.database.reading() as connection:
        return tokens.page_of(connection, principal.tenant, cursor, size)


def sweep_tokens(ground: Ground) -> int:
    """Remove what let nobody in any more for `KEPT`, jobs' tokens for the most part; how many. The trail tells of each.

    Raises:
        StoreFault: ``store.unavailable``.
    """
    with ground.database.writing() as connection:
        return tokens.remove_ended(connection, ground.clock.now() - KEPT)


def draw_token(
    tenant: str,
    *,
    name: str,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    expires: datetime.datetime,
    now: datetime.datetime,
) -> Made:
    """A new token, by chance; nobody knows it until it is kept."""
    secret = write_secret(draw(BITS // 8))
    return Made(Token(draw_id("token"), tenant, name, roles, scopes, now, expires), secret)


def keep_token(connection: Connection, made: Made) -> None:
    """Write the token down, by the hash of its secret."""
    if not tokens.insert(connection, made.token, hash_secret(made.secret)):
        raise RuntimeError("chance drew one token twice")


def describe_token(token: Token) -> dict[str, object]:
    """What the trail says of a token that was made."""
    expires = token.expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": token.name, "roles": list(token.roles), "scopes": list(token.scopes), "expires": expires}


def tell_token(
    connection: Connection, actor: str, act: str, token: Token, now: datetime.datetime, said: object = None
) -> None:
    """Write into the trail of the token's tenant that it was made; `said` is what an issuer said of its holder."""
    detail = describe_token(token) | ({"said": said} if said is not None else {})
    trail.append(connection, token.tenant, actor=actor, act=act, about=token.id, detail=detail, at=now)


def _checked_name(name: str) -> str:
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()) or name.startswith(GIVEN):
        expected = f"1 to {LONGEST_NAME} printable characters, not beginning with {' or '.join(GIVEN)}"
        raise AccessFault("token.name", "a token cannot be called that", expected=expected, actual=ascii(name[:120]))
    return name


def _expiry(principal: Principal, wanted: TokenWanted, now: datetime.datetime) -> datetime.datetime:
    """When it expires: never after what it is made with, so that a stolen token of an hour is worth an hour."""
    if wanted.life is None:
        return min(now + DEFAULT_LIFE, principal.expires or now + DEFAULT_LIFE)
    if not datetime.timedelta(0) < wanted.life <= LONGEST_LIFE:
        raise AccessFault("token.exceeds", "no such life", expected=f"at most {LONGEST_LIFE.days} days")
    expires = now + wanted.life
    if principal.expires is not None and expires > principal.expires:
        limit = principal.expires.strftime("%Y-%m-%dT%H:%M:%SZ")
        raise AccessFault("token.exceeds", "it would outlive the token that it is made with", expected=f"until {limit}")
    return expires


def _within(connection: Connection, principal: Principal, made: Made, *, named: bool) -> Made:
    """The token, where it may no more than its maker and its tenant."""
    tenant = tenants.by_id(connection, made.token.tenant)
    if tenant is None:
        raise AccessFault("tenant.not_found", f"there is no tenant {made.token.tenant[:80]!r}")
    if tenant.closed is not None:
        raise AccessFault("tenant.closed", f"tenant {tenant.id} is closed")
    allowed = tuple(role for role in tenant.roles if role in principal.roles)
    roles = made.token.roles if named else tuple(role for role in made.token.roles if role in allowed)
    for wanted, has in ((roles, allowed), (made.token.scopes, principal.scopes)):
        beyond = [word for word in wanted if word not in has]
        if beyond:
            raise AccessFault(
                "token.exceeds", "more than its maker or its tenant may", expected=", ".join(has), actual=beyond[0]
            )
    return Made(structs.replace(made.token, roles=roles), made.secret)
