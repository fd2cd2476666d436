"""What must hold of a service once its work is done."""

from __future__ import annotations

from api.store import events, trail, verdicts, verifications
from api.store.verdicts import VerdictRow
from api.usecases.service.service import Service
from tests.judges.cases import HONEST
from tests.verifier.judging import request_of
from verifier.engine import judge
from verifier.report import render_report
from verifier.verdict import Artifact

from .making import TENANT


def undisturbed() -> bytes:
    """The report on the honest release, of which the service knows the digest alone."""
    given = request_of(HONEST).artifact
    return render_report(judge(request_of(HONEST, artifact=Artifact(given.name, given.digests, None))))


def verdicts_of(service: Service) -> tuple[VerdictRow, ...]:
    with service.database.reading() as connection:
        return verdicts.page_of(connection, TENANT, verdicts.Filters(), None, 100).rows


def check_one_verdict(service: Service) -> None:
    """One verification, done; one verdict, of the right bytes; one event; a trail that tells of each, unbroken."""
    with service.database.reading() as connection:
        asked = verifications.page_of(connection, TENANT, None, 100).rows
        told = events.page_of(connection, TENANT, None, 100).rows
        entries = trail.page_of(connection, TENANT, None, 100)
    (verdict,) = verdicts_of(service)
    assert [(each.state, each.lease) for each in asked] == [(verifications.DONE, None)]
    assert (verdict.outcome, verdict.report, verdict.verification) == ("PASSED", undisturbed(), asked[0].id)
    assert [event.document["verdict"] for event in told if event.kind == "verdict.issued"] == [verdict.id]
    acts = [each.document["act"] for each in entries]
    assert [acts.count(act) for act in ("verification.accepted", "verdict.issued")] == [1, 1]
    trail.verify_chain(TENANT, entries)
