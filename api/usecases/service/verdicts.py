"""Verdicts: a tenant's own, all of them; and of others' those that are published.

A verdict that refutes, or that found too little, belongs to the request that it answers: shown to others by digest, it
would let anybody brand a good artifact with a damaged bundle. What is published passed, under an operator's policy,
signed, and was superseded by nothing. It says nothing of who asked.

Spec: countersign design, section 3
"""

from __future__ import annotations

from msgspec import Struct

from ...effects.faults import RequestFault
from ...store import verdicts, verifications
from ...store.rows import Page
from ...store.verdicts import Filters, VerdictRow
from ...store.verifications import Verification
from .service import Principal, Service


class Standing(Struct, frozen=True):
    """A verification, and its verdict once it has one."""

    verification: Verification
    verdict: VerdictRow | None


class Found(Struct, frozen=True):
    """A verdict, and the id of the one that superseded it. `own` is whether it is the asker's."""

    verdict: VerdictRow
    successor: str | None
    own: bool


def no_verdict(verdict: str) -> RequestFault:
    """That there is none, or that it is not the asker's to see: one answer for both."""
    return RequestFault("request.not_found", "no verdict of this id", actual=verdict[:80])


def find_verification(service: Service, principal: Principal, verification: str) -> Standing:
    """The tenant's verification of that id.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with service.database.reading() as connection:
        found = verifications.by_id(connection, principal.tenant, verification)
        if found is None:
            raise RequestFault("request.not_found", "no verification of this id", actual=verification[:80])
        return Standing(found, verdicts.by_verification(connection, principal.tenant, verification))


def list_verifications(
    service: Service, principal: Principal, state: str | None, cursor: str | None, size: int
) -> tuple[Page[Verification], dict[str, str]]:
    """The tenant's verifications, newest first, and the ids of the verdicts of those that have one."""
    with service.database.reading() as connection:
        page = verifications.page_of(connection, principal.tenant, cursor, size, state=state)
        done = [each.id for each in page.rows if each.state == verifications.DONE]
        return page, verdicts.ids_of(connection, principal.tenant, done)


def await_verification(service: Service, principal: Principal, verification: str, seconds: float) -> Standing:
    """The same, once it is done, or after `seconds` at most. Raises as `find_verification`."""
    standing = find_verification(service, principal, verification)
    return (
        standing if standing.verdict is not None else await_accepted(service, principal, standing.verification, seconds)
    )


def await_accepted(service: Service, principal: Principal, accepted: Verification, seconds: float) -> Standing:
    """The same of a verification that the principal is known to have, and that was seen without a verdict."""
    if service.queue.wait(accepted.id, min(seconds, service.settings.longest_wait)):
        return find_verification(service, principal, accepted.id)
    return Standing(accepted, None)


def find_verdict(service: Service, principal: Principal, verdict: str) -> VerdictRow:
    """The tenant's own verdict of that id.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with service.database.reading() as connection:
        found = verdicts.by_id(connection, principal.tenant, verdict)
    if found is None:
        raise no_verdict(verdict)
    return found


def see_verdict(service: Service, principal: Principal, verdict: str) -> Found:
    """The verdict of that id: the tenant's own, or a published one. Raises as `find_verdict`."""
    with service.database.reading() as connection:
        own = verdicts.by_id(connection, principal.tenant, verdict)
        if own is not None:
            later = verdicts.successor_of(connection, principal.tenant, verdict)
            return Found(own, later.id if later is not None else None, True)
        published = verdicts.published(connection, verdict)
    if published is None:
        raise no_verdict(verdict)
    return Found(published, None, False)


def list_verdicts(
    service: Service, principal: Principal, filters: Filters, cursor: str | None, size: int
) -> Page[VerdictRow]:
    """The tenant's verdicts that meet `filters`, newest first."""
    with service.database.reading() as connection:
        return verdicts.page_of(connection, principal.tenant, filters, cursor, size)


def verdicts_about(
    service: Service, principal: Principal, sha256: str, cursor: str | None, size: int
) -> Page[VerdictRow]:
    """What is known of an artifact: the tenant's own verdicts and the published ones, newest first."""
    with service.database.reading() as connection:
        return verdicts.about(connection, principal.tenant, sha256, cursor, size)


def bundle_of(service: Service, principal: Principal, verdict: str) -> bytes:
    """The signed form of a verdict that the tenant may see.

    Raises:
        RequestFault: ``request.not_found``; ``verdict.unsigned``: it was given under a tenant's policy.
    """
    found = see_verdict(service, principal, verdict).verdict
    if found.bundle is None:
        raise RequestFault(
            "verdict.unsigned", "nothing was signed: the policy is not the operator's, or nobody signs here"
        )
    return found.bundle
