"""Policies: the operator's, published for all to be judged under, and a tenant's own, under which nothing is signed.

A version is written once. The next one replaces it, and what was judged under it stands until it is judged again. A
policy that only comes with a request is kept by its digest, and takes no id from anybody.
"""

from __future__ import annotations

import datetime
import functools

from msgspec import Struct
from sqlalchemy.engine import Connection

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS, Limits
from verifier.faults import PolicyFault
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest

from ...effects.faults import RequestFault
from ...store import policies, trail
from ...store.policies import StoredPolicy
from ...store.schema import OPERATOR
from .ground import Ground
from .service import Principal, Service
from .telling import tell

_INLINE = "sha256:"
"""How the id of a policy begins that came with a request: no id of a policy can be looked up by it."""


class Published(Struct, frozen=True):
    """A policy as it stands now; whether it is new, and the version that it replaced."""

    policy: StoredPolicy
    created: bool
    replaced: StoredPolicy | None


@functools.lru_cache(maxsize=256)
def read_policy_text(content: bytes, limits: Limits) -> Policy:
    """The policy in TOML that comes from a request or the store. Raises as `parse_policy`."""
    return parse_policy(content, "policy", limits)


def publish_policy(ground: Ground, principal: Principal, content: bytes, verifier: str | None = None) -> Published:
    """Make a version of a policy the present one of its id, for the tenant; for all, where that is the operator.

    `verifier` is the id under which verdicts are signed, of the operator's alone. Publishing the same again changes
    nothing.

    Raises:
        PolicyFault: ``policy.*``; ``policy.version_taken``.
    """
    policy = read_policy_text(content, DEFAULT_LIMITS)
    now = ground.clock.now()
    with ground.database.writing() as connection:
        standing = policies.by_digest(connection, principal.tenant, digest(policy).hex)
        if standing is not None and not standing.id.startswith(_INLINE):
            return Published(standing, False, None)
        replaced = _make_room(connection, principal.tenant, policy, now)
        row = _row(principal.tenant, policy, content, now, policy.id, policy.version, verifier)
        if standing is not None:
            policies.name(connection, row)
        else:
            policies.insert(connection, row)
        detail = {"digest": row.digest, "version": row.version, "replaced": replaced.digest if replaced else None}
        _note(connection, principal, "policy.published", row.id, detail, now)
        if replaced is not None:
            told = {"id": row.id, "policy": replaced.digest, "by": row.digest, "version": row.version}
            tell(connection, principal.tenant, "policy.replaced", told, now)
    return Published(row, True, replaced)


def _make_room(connection: Connection, tenant: str, policy: Policy, now: datetime.datetime) -> StoredPolicy | None:
    latest = policies.latest_version(connection, tenant, policy.id)
    if latest is not None and latest >= policy.version:
        raise PolicyFault(
            "policy.version_taken",
            f"version {latest} of {policy.id} was published before, and is another policy",
            place=Place("policy", "/version"),
            expected=f"version {latest + 1} or above",
            actual=str(policy.version),
        )
    present = policies.present(connection, tenant, policy.id)
    if present is not None:
        policies.replace(connection, tenant, present.digest, now)
    return present


def is_published(policy: StoredPolicy) -> bool:
    """Whether the operator published it: one that only came with a request is its owner's, the operator's too."""
    return policy.tenant == OPERATOR and not policy.id.startswith(_INLINE)


def keep_inline(
    connection: Connection, principal: Principal, policy: Policy, content: bytes, now: datetime.datetime
) -> StoredPolicy:
    """The tenant's policy of that digest, kept under no id where it was not there."""
    found = policies.by_digest(connection, principal.tenant, digest(policy).hex)
    if found is not None:
        return found
    row = _row(principal.tenant, policy, content, now, _INLINE + digest(policy).hex, 1, None)
    policies.insert(connection, row)
    return row


def retire_policy(ground: Ground, principal: Principal, policy_digest: str) -> StoredPolicy:
    """Take a policy of the tenant's out of use. Verdicts under it stand.

    Raises:
        RequestFault: ``request.not_found``.
    """
    now = ground.clock.now()
    with ground.database.writing() as connection:
        found = policies.by_digest(connection, principal.tenant, policy_digest)
        if found is None:
            raise RequestFault("request.not_found", "no policy of this digest", actual=policy_digest)
        if policies.replace(connection, principal.tenant, policy_digest, now):
            _note(connection, principal, "policy.retired", found.id, {"digest": found.digest}, now)
        after = policies.by_digest(connection, principal.tenant, policy_digest)
    return after or found


def find_policy(service: Service, principal: Principal, policy_digest: str) -> StoredPolicy:
    """The tenant's policy of that digest, or the operator's.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with service.database.reading() as connection:
        for tenant in (principal.tenant, OPERATOR):
            found = policies.by_digest(connection, tenant, policy_digest)
            if found is not None:
                return found
    raise RequestFault("request.not_found", "no policy of this digest", actual=policy_digest)


def list_policies(ground: Ground, principal: Principal) -> tuple[StoredPolicy, ...]:
    """The operator's policies, and the tenant's own that it published; each version, oldest first, without content."""
    with ground.database.reading() as connection:
        owners = dict.fromkeys((OPERATOR, principal.tenant))
        return tuple(each for tenant in owners for each in policies.of_tenant(connection, tenant, _INLINE))


def _row(
    tenant: str, policy: Policy, content: bytes, now: datetime.datetime, name: str, version: int, verifier: str | None
) -> StoredPolicy:
    return StoredPolicy(
        tenant=tenant,
        digest=digest(policy).hex,
        id=name,
        version=version,
        content=content.decode("utf-8"),
        created=now,
        verifier=verifier if tenant == OPERATOR else None,
    )


def _note(
    connection: Connection,
    principal: Principal,
    act: str,
    about: str,
    detail: dict[str, object],
    now: datetime.datetime,
) -> None:
    trail.append(connection, principal.tenant, actor=principal.actor, act=act, about=about, detail=detail, at=now)
