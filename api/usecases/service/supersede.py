"""Verify again what rests on something that changed. Nothing is edited: another verdict supersedes the one there is.

    policy.replaced     under its present version
    trust.distrusted    without the root, or the file of keys (so are keys revoked)
    evidence.withdrawn  without the evidence
    evidence.added      with it, for the artifacts of its release
    renewal.asked       as things stand now: after an upgrade, or because somebody wants to see

The event that tells of the change is the work's own record: it stays unspread until nothing is left to do. A verdict is
renewed under a key of its own, so that whoever takes the work up again, or does it at the same time, adds nothing; and
it is the verdicts themselves that say what is left. So it may stop anywhere.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
from collections.abc import Iterable

import rfc8785
from msgspec import structs
from sqlalchemy.engine import Connection

from attestations.faults import Fault
from verifier.policy.plain import format_time

from ...effects.chance import draw_id
from ...effects.faults import RequestFault
from ...store import policies, trail, verifications
from ...store.dependants import Cause, Dependant, dependants, under_way
from ...store.events import Event
from ...store.policies import StoredPolicy
from ...store.schema import OPERATOR
from ...store.verifications import Verification
from .ground import Ground
from .policies import is_published, read_policy_text
from .service import Principal, Service
from .settling import Settling
from .telling import tell
from .terms import FileTerm, PolicyTerm, Terms, read_terms, terms_tree

ACTOR = "service"
BATCH = 100

SETTLING = datetime.timedelta(seconds=60)
"""How long a cause is kept in view at least: a request that was being accepted when it came is found then."""


def renew(ground: Ground, principal: Principal, policy: str) -> Event:
    """Have every verdict under the tenant's policy of that digest given anew, as things stand now.

    Raises:
        RequestFault: ``request.not_found``.
    """
    now = ground.clock.now()
    with ground.database.writing() as connection:
        if policies.by_digest(connection, principal.tenant, policy) is None:
            raise RequestFault("request.not_found", "no policy of yours has this digest", actual=ascii(policy[:80]))
        event = tell(connection, principal.tenant, "renewal.asked", {"policy": policy}, now)
        trail.append(
            connection,
            principal.tenant,
            actor=principal.actor,
            act="renewal.asked",
            about=policy,
            detail={"event": event.id},
            at=now,
        )
    return event


def cause_of(event: Event) -> Cause | None:
    """What the event gives cause to verify again, if it does."""
    everyone = None if event.tenant == OPERATOR else event.tenant
    name = f"{event.kind}:{event.id}"
    match event.kind, event.document:
        case "policy.replaced", {"policy": digest}:
            return Cause(name=name, tenant=everyone, policy=(event.tenant, digest))
        case "renewal.asked", {"policy": digest}:
            return Cause(name=name, tenant=everyone, policy=(event.tenant, digest), before=event.created)
        case "trust.distrusted", {"sha256": sha256}:
            return Cause(name=name, tenant=everyone, file=("trust", sha256))
        case "evidence.withdrawn", {"sha256": sha256}:
            return Cause(name=name, tenant=event.tenant, file=("evidence", sha256))
        case "evidence.added", {"sha256": sha256, "artifacts": artifacts}:
            return Cause(name=name, tenant=event.tenant, added=sha256, artifacts=tuple(artifacts), before=event.created)
    return None


def verify_again(service: Service, event: Event, cause: Cause) -> bool:
    """Have every dependant of `cause` verified again, in batches; whether nothing was left to do.

    Raises:
        Fault: what keeps a dependant from it: the others are done, and this one is found again.
        StoreFault: ``store.unavailable``: what is written stands, and the rest is found again.
    """
    after, stuck = 0, list[Fault]()
    while batch := _batch(service, cause, after):
        service.faults.at("supersede.found")
        for _, group in itertools.groupby(sorted(batch, key=_tenant_of), key=_tenant_of):
            stuck += _renew_group(service, event, cause, tuple(group))
        after = batch[-1].serial
    if stuck:
        raise stuck[0]
    if after > 0 or service.clock.now() < event.created + SETTLING:
        return False
    with service.database.reading() as connection:
        return under_way(connection, cause) == 0 and not dependants(connection, cause, 0, 1)


def _batch(service: Service, cause: Cause, after: int) -> tuple[Dependant, ...]:
    with service.database.reading() as connection:
        return dependants(connection, cause, after, BATCH)


def _tenant_of(dependant: Dependant) -> str:
    return dependant.tenant


def _renew_group(service: Service, event: Event, cause: Cause, group: tuple[Dependant, ...]) -> list[Fault]:
    """Renew one tenant's verdicts, together; where one of them cannot be, each by itself. What the stuck ones have."""
    try:
        _renew_all(service, event, cause, group)
    except Fault as fault:
        if fault.reason == "store.unavailable":
            raise
        if len(group) == 1:
            return [fault]
        return [each for dependant in group for each in _renew_group(service, event, cause, (dependant,))]
    return []


def _renew_all(service: Service, event: Event, cause: Cause, group: Iterable[Dependant]) -> None:
    """Accept the verifications anew of one tenant's verdicts, in one transaction."""
    begun: list[str] = []
    with service.database.writing() as connection:
        for dependant in group:
            renewed = _renewed(service, connection, event, cause, dependant)
            if verifications.insert(connection, renewed):
                begun.append(renewed.id)
                _note(connection, event, dependant, renewed)
                service.faults.at("supersede.written")
    service.faults.at("supersede.accepted")
    for verification in begun:
        service.queue.enqueue(verification)


def _note(connection: Connection, event: Event, dependant: Dependant, renewed: Verification) -> None:
    detail = {"verdict": dependant.verdict, "why": event.kind, "event": event.id}
    trail.append(
        connection,
        dependant.tenant,
        actor=ACTOR,
        act="verification.renewed",
        about=renewed.id,
        detail=detail,
        at=renewed.created,
    )


def _renewed(
    service: Service, connection: Connection, event: Event, cause: Cause, dependant: Dependant
) -> Verification:
    former = verifications.by_id(connection, dependant.tenant, dependant.verification)
    if former is None:
        raise AssertionError("a verdict is of a verification")
    now = service.clock.now()
    terms = _terms_now(service, connection, event, former, now)
    tree = terms_tree(terms)
    return Verification(
        id=draw_id("renewal"),
        tenant=former.tenant,
        key=f"renewal:{dependant.verdict}",
        request=hashlib.sha256(rfc8785.dumps(tree)).hexdigest(),
        terms=tree,
        artifact=former.artifact,
        policy=terms.policy.digest,
        policy_tenant=terms.policy.tenant,
        actor=ACTOR,
        created=now,
        why=cause.name,
        previous=dependant.verdict,
    )


def _terms_now(
    service: Service, connection: Connection, event: Event, former: Verification, now: datetime.datetime
) -> Terms:
    """The former terms at this moment: what was asked stays, but for what changed; trust is as it stands."""
    terms = read_terms(former.terms)
    stored = _policy_now(connection, event, terms.policy)
    policy = read_policy_text(stored.content.encode("utf-8"), service.settings.limits)
    settling = Settling(service, connection, former.tenant, published=is_published(stored))
    settled = settling.settle_again(policy, terms.trust, terms.keys)
    return structs.replace(
        terms,
        evidence=_evidence_now(event, terms.evidence),
        policy=PolicyTerm(stored.tenant, stored.digest),
        trust=settled.roots,
        keys=settled.keys,
        now=format_time(now),
        version=service.settings.version,
    )


def _policy_now(connection: Connection, event: Event, term: PolicyTerm) -> StoredPolicy:
    """The policy that was judged under; where it was replaced, the present version of its id."""
    stored = policies.by_digest(connection, term.tenant, term.digest)
    if stored is None:
        raise AssertionError("a policy that was judged under is kept")
    if event.kind != "policy.replaced":
        return stored
    return policies.present(connection, term.tenant, event.document["id"]) or stored


def _evidence_now(event: Event, evidence: tuple[FileTerm, ...]) -> tuple[FileTerm, ...]:
    changed = event.document.get("sha256")
    if event.kind == "evidence.withdrawn":
        return tuple(file for file in evidence if file.sha256 != changed)
    if event.kind == "evidence.added":
        return (*evidence, FileTerm(event.document["name"], str(changed)))
    return evidence
