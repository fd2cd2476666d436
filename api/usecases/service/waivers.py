"""Waivers, and who may sign them: the owner of a policy names persons with their keys, and two of them sign each.

The service holds no key of theirs: it takes envelopes and verifies them. Who approves is written down as everything
else is, in the trail; a name that is taken back signs nothing from then on, and what it signed lapses by itself.
"""

from __future__ import annotations

import datetime
import hashlib
from base64 import b64encode
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from verifier.faults import WaiverFault
from verifier.keys import load_pem
from verifier.waivers import Approver, Waiver, authenticate_waiver

from ...effects.chance import draw_id
from ...effects.faults import RequestFault
from ...store import policies, statements, trail
from ...store.rows import Page
from ...store.statements import APPROVER, WAIVER, Statement
from .ground import Ground
from .labels import check_label
from .service import Principal, Service
from .telling import tell

MOST_APPROVERS = 50
MOST_ENVELOPES = 16


class Named(Struct, frozen=True):
    """Somebody who may sign waivers of a policy: `key` is PEM, `fingerprint` the SHA-256 of its SPKI."""

    policy: str
    name: str
    key: str
    fingerprint: str


def name_approver(ground: Ground, principal: Principal, policy: str, name: str, key: str) -> Named:
    """Let a person sign waivers of the tenant's policy of that id.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found`` (the policy).
        WaiverFault: ``waiver.approver``: the name or the key is another's, or there are too many.
        SignatureFault: ``key.*``.
    """
    check_label(name, "/name")
    fingerprint = str(load_pem(key.encode("utf-8", "replace")).fingerprint)
    named = Named(policy, name, key, fingerprint)
    with ground.database.writing() as connection:
        if policies.present(connection, principal.tenant, policy) is None:
            raise RequestFault("request.not_found", "no policy of yours has this id", actual=ascii(policy[:80]))
        standing = _approvers(connection, principal.tenant, policy)
        if named in standing:
            return named
        if len(standing) >= MOST_APPROVERS or any(
            each.name == name or each.fingerprint == fingerprint for each in standing
        ):
            raise WaiverFault("waiver.approver", "the name or the key is taken, or there are too many", actual=name)
        document = {"name": name, "key": key, "fingerprint": fingerprint}
        _write(connection, principal, APPROVER, policy, document, ground.clock.now(), "approver.named")
    return named


def drop_approver(ground: Ground, principal: Principal, policy: str, name: str) -> None:
    """Let a person sign no more waivers of the tenant's policy.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.writing() as connection:
        for standing in _approvers(connection, principal.tenant, policy):
            if standing.name == name:
                document = {"name": name, "dropped": True}
                _write(connection, principal, APPROVER, policy, document, ground.clock.now(), "approver.dropped")
                return
    raise RequestFault("request.not_found", "nobody of this name approves", actual=ascii(name[:80]))


def list_approvers(ground: Ground, principal: Principal, policy: str) -> tuple[Named, ...]:
    """Who may sign waivers of the tenant's policy of that id."""
    with ground.database.reading() as connection:
        return _approvers(connection, principal.tenant, policy)


def _approvers(connection: Connection, tenant: str, policy: str) -> tuple[Named, ...]:
    standing: dict[str, Named] = {}
    for statement in statements.about(connection, tenant, APPROVER, policy):
        document = statement.document
        if document.get("dropped"):
            standing.pop(document["name"], None)
        else:
            named = Named(policy, document["name"], document["key"], document["fingerprint"])
            standing[named.name] = named
    return tuple(standing.values())


def file_waiver(service: Service, principal: Principal, policy: str, envelopes: tuple[bytes, ...]) -> Statement:
    """File a waiver of the tenant's policy of that digest. The same waiver again changes nothing.

    Raises:
        RequestFault: ``request.not_found`` (the policy is not the tenant's own), ``request.invalid``.
        WaiverFault: ``waiver.*``.
        FormatFault: of what is malformed in the envelopes.
    """
    if len(envelopes) > MOST_ENVELOPES:
        raise RequestFault("request.invalid", "too many envelopes", expected=f"{MOST_ENVELOPES} at most")
    now = service.clock.now()
    with service.database.writing() as connection:
        owned = policies.by_digest(connection, principal.tenant, policy)
        if owned is None:
            raise RequestFault("request.not_found", "no policy of yours has this digest", actual=ascii(policy[:80]))
        approvers = tuple(
            Approver(each.name, load_pem(each.key.encode()))
            for each in _approvers(connection, principal.tenant, owned.id)
        )
        waiver = authenticate_waiver(envelopes, approvers, now=now, limits=service.settings.limits)
        if waiver.policy.hex != policy:
            raise WaiverFault("waiver.policy", "it is of another policy", expected=policy, actual=waiver.policy.hex)
        return _file(connection, principal, waiver, envelopes, now)


def _file(
    connection: Connection, principal: Principal, waiver: Waiver, envelopes: tuple[bytes, ...], now: datetime.datetime
) -> Statement:
    once = hashlib.sha256(f"{principal.tenant}\n{waiver.payload.hex}".encode()).hexdigest()
    statement = Statement(
        id=f"waiver-{once[:32]}",
        tenant=principal.tenant,
        kind=WAIVER,
        about=waiver.policy.hex,
        document=_document(waiver, envelopes),
        actor=principal.actor,
        created=now,
        until=waiver.end,
    )
    if statements.insert(connection, statement):
        told = {"waiver": statement.id, **{name: statement.document[name] for name in _TOLD}}
        tell(connection, principal.tenant, "waiver.filed", told, now)
        trail.append(
            connection,
            principal.tenant,
            actor=principal.actor,
            act="waiver.filed",
            about=statement.id,
            detail=told,
            at=now,
        )
    return statements.by_id(connection, principal.tenant, WAIVER, statement.id) or statement


_TOLD = ("policy", "artifacts", "reasons", "from", "until", "signers")


def _document(waiver: Waiver, envelopes: tuple[bytes, ...]) -> dict[str, Any]:
    return {
        "policy": waiver.policy.hex,
        "artifacts": [artifact.hex for artifact in waiver.artifacts],
        "reasons": list(waiver.reasons),
        "from": _written(waiver.start),
        "until": _written(waiver.end),
        "why": waiver.why,
        "signers": list(waiver.signers),
        "envelopes": [b64encode(content).decode("ascii") for content in envelopes],
    }


def find_waiver(ground: Ground, principal: Principal, waiver: str) -> Statement:
    """The tenant's waiver of that id, lapsed or not.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        found = statements.by_id(connection, principal.tenant, WAIVER, waiver)
    if found is None:
        raise RequestFault("request.not_found", "no waiver of this id", actual=ascii(waiver[:80]))
    return found


def list_waivers(
    ground: Ground, principal: Principal, cursor: str | None, size: int, *, policy: str | None, in_force: bool
) -> Page[Statement]:
    """The tenant's waivers, newest first; of one policy, and only those that hold, where that is asked."""
    at = ground.clock.now() if in_force else None
    with ground.database.reading() as connection:
        return statements.page_of(connection, principal.tenant, WAIVER, cursor, size, about=policy, in_force=at)


def _write(
    connection: Connection,
    principal: Principal,
    kind: str,
    about: str,
    document: dict[str, Any],
    now: datetime.datetime,
    act: str,
) -> None:
    statement = Statement(
        id=draw_id("person"),
        tenant=principal.tenant,
        kind=kind,
        about=about,
        document=document,
        actor=principal.actor,
        created=now,
    )
    statements.insert(connection, statement)
    trail.append(connection, principal.tenant, actor=principal.actor, act=act, about=about, detail=document, at=now)


def _written(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
