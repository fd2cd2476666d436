"""What people state is kept as said: about what is theirs, in words that there are, once where once is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.effects.faults import RequestFault
from api.store import events, evidence, tenants, trail
from api.store.evidence import StoredEvidence
from api.store.statements import AUDIT, WITHDRAWAL
from api.store.tenants import Tenant
from api.usecases.service.ground import Ground, Standing
from api.usecases.service.releases import declare_release
from api.usecases.service.statements import (
    LONGEST_TEXT,
    MOST_REFERENCES,
    Subject,
    file_appeal,
    file_audit,
    find_statement,
    list_statements,
    withdraw,
)
from tests.backends import Backend

from .making import StandingClock
from .test_catalogue import ACME, KEY, ONE, RIVAL, TWO, declare

EVIDENCE = Subject("evidence", ONE)


@pytest.fixture
def ground(backend: Backend) -> Ground:
    clock = StandingClock()
    with backend.database.writing() as connection:
        for principal in (ACME, RIVAL):
            tenants.insert(connection, Tenant(principal.tenant, principal.tenant, principal.roles, {}, clock.now()))
            evidence.insert(connection, StoredEvidence(principal.tenant, ONE, "bundle.json", 1, clock.now()))
    return Standing(backend.database, clock)


def reason(act: Callable[[], object]) -> str:
    with pytest.raises(RequestFault) as raised:
        act()
    return raised.value.reason


def kinds(ground: Ground) -> list[str]:
    with ground.database.reading() as connection:
        return [event.kind for event in reversed(events.page_of(connection, ACME.tenant, None, 100).rows)]


def test_an_audit_is_kept_as_said(ground: Ground) -> None:
    filed = file_audit(
        ground, ACME, EVIDENCE, scope="source", finding="refutes", text="Not built from it.", references=(ONE,)
    )
    found = find_statement(ground, ACME, AUDIT, filed.id)
    assert found.document == {
        "about": {"evidence": ONE},
        "scope": "source",
        "finding": "refutes",
        "text": "Not built from it.",
        "references": [ONE],
    }
    assert (found.actor, found.created) == (ACME.actor, ground.clock.now())
    assert kinds(ground) == ["audit.filed"]
    assert reason(lambda: find_statement(ground, RIVAL, AUDIT, filed.id)) == "request.not_found"
    assert list_statements(ground, RIVAL, AUDIT, None, 10).rows == ()
    with ground.database.reading() as connection:
        entries = trail.page_of(connection, ACME.tenant, None, 10)
    assert [(entry.document["act"], entry.document["about"]) for entry in entries] == [("audit.filed", filed.id)]


@pytest.mark.parametrize(
    ("wanted", "subject", "scope", "finding", "text", "references"),
    [
        ("request.invalid", EVIDENCE, "vibes", "supports", "x", ()),
        ("request.invalid", EVIDENCE, "source", "proves", "x", ()),
        ("request.invalid", EVIDENCE, "source", "supports", " \n", ()),
        ("request.invalid", EVIDENCE, "source", "supports", "x" * (LONGEST_TEXT + 1), ()),
        ("request.invalid", EVIDENCE, "source", "supports", "x", (ONE,) * (MOST_REFERENCES + 1)),
        ("request.invalid", Subject("vendor", "acme"), "source", "supports", "x", ()),
        ("request.not_found", EVIDENCE, "source", "supports", "x", (TWO,)),
        ("request.not_found", Subject("evidence", TWO), "source", "supports", "x", ()),
        ("request.not_found", Subject("artifact", ONE), "source", "supports", "x", ()),
        ("request.not_found", Subject("verdict", "verdict-0"), "source", "supports", "x", ()),
        ("request.not_found", Subject("release", "release-0"), "source", "supports", "x", ()),
    ],
)
def test_an_audit_is_refused(
    ground: Ground, wanted: str, subject: Subject, scope: str, finding: str, text: str, references: tuple[str, ...]
) -> None:
    given = {"scope": scope, "finding": finding, "text": text}
    assert reason(lambda: file_audit(ground, ACME, subject, references=references, **given)) == wanted
    assert kinds(ground) == []


def test_nobody_appeals_against_a_verdict_that_is_not_there(ground: Ground) -> None:
    assert reason(lambda: file_appeal(ground, ACME, "verdict-0", "Not so.")) == "request.not_found"
    assert kinds(ground) == []


def test_a_withdrawal_is_one_and_takes_nothing_of_anothers(ground: Ground) -> None:
    withdraw(ground, ACME, EVIDENCE, "by mistake")
    assert reason(lambda: withdraw(ground, ACME, EVIDENCE, "again")) == "withdrawal.exists"
    assert kinds(ground) == ["evidence.withdrawn"]
    with ground.database.reading() as connection:
        mine = evidence.by_sha256(connection, ACME.tenant, ONE)
        theirs = evidence.by_sha256(connection, RIVAL.tenant, ONE)
    assert mine is not None
    assert theirs is not None
    assert (mine.withdrawn, theirs.withdrawn) == (ground.clock.now(), None)
    withdraw(ground, RIVAL, EVIDENCE, "ours too")
    assert len(list_statements(ground, ACME, WITHDRAWAL, None, 10).rows) == 1


def test_a_release_that_is_withdrawn_stays_in_the_catalogue(ground: Ground) -> None:
    declare(ground, ACME)
    release = declare_release(ground, ACME, KEY, artifacts=(ONE,), evidence=(ONE,)).release
    subject = Subject("release", release.id)
    assert reason(lambda: withdraw(ground, RIVAL, subject, "not theirs")) == "request.not_found"
    withdraw(ground, ACME, subject, "a bad build")
    assert kinds(ground) == ["release.declared", "release.withdrawn"]
    assert not declare_release(ground, ACME, KEY, artifacts=(ONE,), evidence=(ONE,)).created
    for kind in ("artifact", "verdict"):
        assert reason(lambda kind=kind: withdraw(ground, ACME, Subject(kind, ONE), "x")) == "request.invalid"
