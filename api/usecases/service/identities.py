"""Identities: a CI job or a person comes in on an issuer's word, and gets a token for a while.

A tenant says whom it lets in by claims that must all hold, one of them an *anchor*: an id that the issuer gives once
and never again. A name is none: the owner ``acme`` may become ``acme-old``, and another take the name the next day.

    {"repository_id": "4711", "ref": "refs/heads/main"}      {"namespace_id": "77", "ref_protected": "true"}

Who asks names the tenant. So a tenant that binds another's ids lets others in with itself, and captures nobody.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from ...effects import oidc
from ...effects.chance import draw_id
from ...effects.faults import AccessFault
from ...effects.oidc import Issuer
from ...store import identities, tenants, trail
from ...store.identities import Identity
from .ground import TENANT_ID, Ground
from .issuers import Issuing
from .roles import check_roles, check_scopes
from .service import Principal, Service
from .tokens import Made, draw_token, keep_token, tell_token

JOB_LIFE = datetime.timedelta(hours=1)
SESSION_LIFE = datetime.timedelta(hours=8)
MOST_CLAIMS, LONGEST_CLAIM = 16, 512


class Binding(Struct, frozen=True):
    """Whom to let in, and what they may then do."""

    issuer: str
    claims: Mapping[str, str]
    roles: tuple[str, ...]
    scopes: tuple[str, ...]


def bind_identity(
    ground: Ground, issuing: Issuing | None, principal: Principal, binding: Binding, tenant: str | None = None
) -> Identity:
    """Let in whoever the issuer says all the claims of.

    Raises:
        AccessFault: ``identity.issuer_unknown``, ``identity.unanchored``, ``identity.claim_unknown``,
            ``token.exceeds``, ``token.role_unknown``, ``token.scope_unknown``, ``tenant.not_found``.
    """
    now = ground.clock.now()
    check_claims(known(issuing).find(binding.issuer), binding.claims)
    roles, scopes = check_roles(binding.roles), check_scopes(binding.scopes)
    _check_within(principal, roles, scopes)
    made = Identity(
        draw_id("identity"), tenant or principal.tenant, binding.issuer, dict(binding.claims), roles, scopes, now
    )
    detail = {"issuer": made.issuer, "claims": made.claims, "roles": list(roles), "scopes": list(scopes)}
    with ground.database.writing() as connection:
        if tenants.by_id(connection, made.tenant) is None:
            raise AccessFault("tenant.not_found", f"there is no tenant {made.tenant[:80]!r}")
        identities.insert(connection, made)
        trail.append(
            connection, made.tenant, actor=principal.actor, act="identity.bound", about=made.id, detail=detail, at=now
        )
    return made


def check_claims(issuer: Issuer, claims: Mapping[str, str]) -> None:
    """That claims single somebody out, by what their issuer gives to one party alone.

    Raises:
        AccessFault: ``identity.unanchored``, ``identity.claim_unknown``.
    """
    bindable = (*issuer.anchors, *issuer.claims)
    for name, value in claims.items():
        fits = 0 < len(value) <= LONGEST_CLAIM and value.isprintable() and len(claims) <= MOST_CLAIMS
        if name not in bindable or not fits:
            expected = ", ".join(bindable)
            raise AccessFault("identity.claim_unknown", "no claim to bind to", expected=expected, actual=name[:80])
    if not any(name in claims for name in issuer.anchors):
        expected = " or ".join(issuer.anchors)
        raise AccessFault("identity.unanchored", "these claims single nobody out for good", expected=expected)


def unbind_identity(ground: Ground, principal: Principal, identity: str, tenant: str | None = None) -> Identity:
    """Let nobody in by this any more. Tokens that were given run out by themselves, within hours.

    Raises:
        AccessFault: ``identity.not_found``.
    """
    now, whose = ground.clock.now(), tenant or principal.tenant
    with ground.database.writing() as connection:
        if identities.revoke(connection, whose, identity, now):
            trail.append(
                connection, whose, actor=principal.actor, act="identity.unbound", about=identity, detail={}, at=now
            )
        found = identities.by_id(connection, whose, identity)
    if found is None:
        raise AccessFault("identity.not_found", f"the tenant has no identity {identity[:80]!r}")
    return found


def list_identities(ground: Ground, principal: Principal, tenant: str | None = None) -> tuple[Identity, ...]:
    """The tenant's identities, oldest first."""
    with ground.database.reading() as connection:
        return identities.of_tenant(connection, tenant or principal.tenant)


def exchange(service: Service, tenant: str, token: str) -> Made:
    """A token of the tenant's for a CI job, against the identity token that its CI system gave it.

    Raises:
        AccessFault: ``identity.*``, ``tenant.closed``.
    """
    now, issuing = service.clock.now(), known(service.issuing)
    holder = oidc.authenticate_token(token, issuers=issuing.issuers, keys=issuing.keys, now=now, nonce=None)
    return admit(service, tenant, holder, kind="ci", life=JOB_LIFE, now=now)


def admit(
    service: Service, tenant: str, holder: oidc.Identity, *, kind: str, life: datetime.timedelta, now: datetime.datetime
) -> Made:
    """A token of the tenant's for whom it lets in: all that any of the identities allows that hold for them.

    Raises:
        AccessFault: ``identity.unbound``, ``tenant.closed``.
    """
    with service.database.writing() as connection:
        roles, scopes, first = _admitted(connection, tenant, holder)
        made = draw_token(tenant, name=f"{kind}:{first}", roles=roles, scopes=scopes, expires=now + life, now=now)
        keep_token(connection, made)
        tell_token(connection, made.token.name, f"{kind}.admitted", made.token, now, said=_said(holder))
    return made


def _admitted(
    connection: Connection, tenant: str, holder: oidc.Identity
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Roles, scopes, and the id of the first identity, of all that hold."""
    there = TENANT_ID.fullmatch(tenant) is not None
    found = tenants.by_id(connection, tenant) if there else None
    bound = identities.by_issuer(connection, tenant, holder.issuer.url) if there else ()
    holding = [
        identity
        for identity in bound
        if all(_text(holder.claims.get(name)) == value for name, value in identity.claims.items())
    ]
    if found is None or not holding:
        # A tenant that is not there and one that does not know you look alike.
        raise AccessFault("identity.unbound", f"tenant {tenant[:80]!r} lets in nobody of these claims")
    if found.closed is not None:
        raise AccessFault("tenant.closed", f"tenant {found.id} is closed")
    roles = check_roles(role for identity in holding for role in identity.roles if role in found.roles)
    return roles, check_scopes(scope for identity in holding for scope in identity.scopes), holding[0].id


def _text(claim: Any) -> str | None:
    """A claim as a binding spells it. Issuers write ids as texts or as numbers, and flags as either."""
    if isinstance(claim, bool):
        return str(claim).lower()
    return str(claim) if isinstance(claim, str | int) else None


def _said(holder: oidc.Identity) -> dict[str, str]:
    """What the trail keeps of an identity token: who signed it, of whom, and what it may be bound to."""
    names = (*holder.issuer.anchors, *holder.issuer.claims)
    claims = {name: _text(holder.claims.get(name)) for name in names}
    told = {"issuer": holder.issuer.url, "subject": holder.subject}
    return {name: value[:LONGEST_CLAIM] for name, value in (told | claims).items() if value is not None}


def known(issuing: Issuing | None) -> Issuing:
    """Those who are taken at their word, where there are any.

    Raises:
        AccessFault: ``identity.issuer_unknown``.
    """
    if issuing is None:
        raise AccessFault("identity.issuer_unknown", "the operator has configured no issuer")
    return issuing


def _check_within(principal: Principal, roles: tuple[str, ...], scopes: tuple[str, ...]) -> None:
    if principal.actor.startswith("ci:"):
        # Its token lives for an hour, and an identity until it is taken back: who stole the one would have the other.
        raise AccessFault("token.exceeds", "a CI job lets nobody in", expected="a person, or a token that one made")
    for wanted, has in ((roles, principal.roles), (scopes, principal.scopes)):
        beyond = [word for word in wanted if word not in has]
        if beyond or not wanted:
            expected = ", ".join(has)
            raise AccessFault(
                "token.exceeds",
                "no more than its maker may, and something",
                expected=expected,
                actual=", ".join(beyond),
            )
