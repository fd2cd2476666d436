"""Tenants: opened, bounded and closed by the operator. The operator is one, and is there from the first start."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlalchemy.engine import Connection

from ...effects.faults import AccessFault
from ...store import tenants, trail
from ...store.schema import OPERATOR as OPERATOR_TENANT
from ...store.tenants import Tenant
from .ground import AT_THE_MACHINE, TENANT_ID, Ground
from .roles import OPERATOR, SCOPES, check_roles
from .service import Principal
from .throttle import check_allowance
from .tokens import LONGEST_LIFE, Made, draw_token, keep_token, tell_token

LONGEST_NAME = 100


class TenantWanted(Struct, frozen=True):
    """A tenant to be opened; `limits` are its own, by their names in `.throttle`."""

    id: str
    name: str
    roles: tuple[str, ...]
    limits: Mapping[str, int] = {}


def begin(ground: Ground, hand_over: Callable[[str], object] = lambda _: None) -> Made | None:
    """Open the operator's own tenant and make its first token; None where that was done before.

    `hand_over` is given the secret before any of it is committed: whoever dies in between begins anew.
    """
    now = ground.clock.now()
    expires = now + LONGEST_LIFE
    made = draw_token(OPERATOR_TENANT, name="the first", roles=(OPERATOR,), scopes=SCOPES, expires=expires, now=now)
    with ground.database.writing() as connection:
        if not tenants.insert(connection, Tenant(OPERATOR_TENANT, "The operator", (OPERATOR,), {}, now)):
            return None
        keep_token(connection, made)
        _tell(connection, AT_THE_MACHINE, "tenant.opened", OPERATOR_TENANT, {}, now)
        tell_token(connection, AT_THE_MACHINE.actor, "token.made", made.token, now)
        hand_over(made.secret)
    return made


def open_tenant(ground: Ground, principal: Principal, wanted: TenantWanted) -> Tenant:
    """Open a tenant.

    Raises:
        AccessFault: ``tenant.name``, ``tenant.exists``, ``token.role_unknown``, ``token.exceeds`` (the operator's role
            is its own), ``throttle.unknown``.
    """
    now = ground.clock.now()
    if TENANT_ID.fullmatch(wanted.id) is None or not (
        0 < len(wanted.name) <= LONGEST_NAME and wanted.name.isprintable()
    ):
        raise AccessFault("tenant.name", "a tenant cannot be called that", actual=ascii(wanted.id[:80]))
    roles = check_roles(wanted.roles)
    if OPERATOR in roles or not roles:
        raise AccessFault("token.exceeds", "a tenant has a role, and not the operator's", actual=", ".join(roles))
    tenant = Tenant(wanted.id, wanted.name, roles, check_allowance(wanted.limits), now)
    with ground.database.writing() as connection:
        if not tenants.insert(connection, tenant):
            raise AccessFault("tenant.exists", f"there is a tenant {tenant.id!r}")
        detail = {"name": tenant.name, "roles": list(roles), "limits": tenant.limits}
        _tell(connection, principal, "tenant.opened", tenant.id, detail, now)
    return tenant


def limit_tenant(ground: Ground, principal: Principal, tenant: str, limits: Mapping[str, int]) -> Tenant:
    """Give a tenant limits of its own, in place of those that it had.

    Raises:
        AccessFault: ``tenant.not_found``, ``throttle.unknown``.
    """
    own = check_allowance(limits)
    with ground.database.writing() as connection:
        if not tenants.set_limits(connection, tenant, own):
            raise _unknown(tenant)
        _tell(connection, principal, "tenant.limited", tenant, own, ground.clock.now())
    return find_tenant(ground, tenant)


def close_tenant(ground: Ground, principal: Principal, tenant: str) -> Tenant:
    """Close a tenant for good: its tokens open nothing from now on. What it was told stands.

    Raises:
        AccessFault: ``tenant.not_found``, ``token.exceeds`` (the operator is not closed).
    """
    if tenant == OPERATOR_TENANT:
        raise AccessFault("token.exceeds", "the operator's own tenant is not closed")
    now = ground.clock.now()
    with ground.database.writing() as connection:
        if tenants.close(connection, tenant, now):
            _tell(connection, principal, "tenant.closed", tenant, {}, now)
    return find_tenant(ground, tenant)


def list_tenants(ground: Ground) -> tuple[Tenant, ...]:
    """Every tenant, by id."""
    with ground.database.reading() as connection:
        return tenants.all_tenants(connection)


def find_tenant(ground: Ground, tenant: str) -> Tenant:
    """The tenant of that id.

    Raises:
        AccessFault: ``tenant.not_found``.
    """
    with ground.database.reading() as connection:
        found = tenants.by_id(connection, tenant)
    if found is None:
        raise _unknown(tenant)
    return found


def _tell(
    connection: Connection,
    principal: Principal,
    act: str,
    tenant: str,
    detail: Mapping[str, object],
    now: datetime.datetime,
) -> None:
    """Write into the operator's trail what was done with a tenant."""
    trail.append(connection, OPERATOR_TENANT, actor=principal.actor, act=act, about=tenant, detail=dict(detail), at=now)


def _unknown(tenant: str) -> AccessFault:
    return AccessFault("tenant.not_found", f"there is no tenant {tenant[:80]!r}")
