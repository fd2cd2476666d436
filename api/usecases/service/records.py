"""The record of a verdict: all that it follows from, for whoever wants to judge again, anywhere, to the same bytes."""

from __future__ import annotations

from attestations.strict_json import Node
from verifier.opinion_forms import read_opinion
from verifier.record import write_record
from verifier.request import Request

from ...store import verifications
from ...store.verdicts import VerdictRow
from .inputs import Inputs
from .policies import read_policy_text
from .service import Principal, Service
from .terms import Terms, read_terms
from .verdicts import find_verdict, no_verdict


def record_of(service: Service, principal: Principal, verdict: str) -> bytes:
    """The record of the tenant's verdict of that id, made of what is kept; one verdict has one record.

    Raises:
        RequestFault: ``request.not_found``.
        StoreFault: ``blob.*``, ``store.*``.
    """
    row = find_verdict(service, principal, verdict)
    with service.database.reading() as connection:
        verification = verifications.by_id(connection, principal.tenant, row.verification)
    if verification is None:
        raise no_verdict(verdict)
    return write_record(_request(service, read_terms(verification.terms), row), row.report)


def _request(service: Service, terms: Terms, row: VerdictRow) -> Request:
    case = Inputs(service.database, service.blobs).case(terms, asking=False, recording=False)
    return Request(
        artifact=case.artifact,
        evidence=case.evidence,
        policy=read_policy_text(case.policy, case.limits),
        release=case.release,
        trust=case.trust,
        keys=case.keys,
        now=case.now,
        limits=case.limits,
        version=case.version,
        opinions=tuple(read_opinion(Node(each)) for each in row.opinions),
    )
