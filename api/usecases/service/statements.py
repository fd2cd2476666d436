"""What people state: audits, appeals and the operator's answers, withdrawals. Written once, shown as said, kept.

None of it changes a verdict by itself. An audit raises no level; an appeal has its answer, and where the operator finds
it right, a policy or a trust file changes, from which new verdicts follow. Withdrawn evidence is taken out of what is
verified again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from attestations.faults import Place

from ...effects.chance import draw_id
from ...effects.faults import RequestFault
from ...store import artifacts, catalogue, evidence, statements, trail, verdicts
from ...store.rows import Page
from ...store.schema import OPERATOR
from ...store.statements import ANSWER, APPEAL, AUDIT, WITHDRAWAL, Statement
from .ground import Ground
from .service import Principal
from .telling import tell

LONGEST_TEXT = 10_000
MOST_REFERENCES = 100

SCOPES = ("source", "build", "binary", "behaviour", "process")
"""What an audit looked at."""

FINDINGS = ("supports", "refutes", "inconclusive")
"""What it found of what the vendor claims."""

DECISIONS = ("upheld", "refused")
"""What the operator makes of an appeal."""


class Subject(Struct, frozen=True):
    """What a statement is about: one of the tenant's artifacts, evidence (each by SHA-256), verdicts or releases."""

    kind: str  # artifact | evidence | verdict | release
    id: str


def file_audit(
    ground: Ground,
    principal: Principal,
    subject: Subject,
    *,
    scope: str,
    finding: str,
    text: str,
    references: tuple[str, ...] = (),
) -> Statement:
    """File what an audit found. `references` are SHA-256 of evidence that the tenant has handed in.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``.
    """
    _check_word(scope, SCOPES, "/scope")
    _check_word(finding, FINDINGS, "/finding")
    _check_text(text)
    if len(references) > MOST_REFERENCES:
        raise RequestFault("request.invalid", "too many references", expected=f"{MOST_REFERENCES} at most")
    document = {"scope": scope, "finding": finding, "text": text, "references": list(references)}
    with ground.database.writing() as connection:
        for sha256 in references:
            _check_there(connection, principal.tenant, Subject("evidence", sha256))
        return _file(ground, connection, principal, AUDIT, subject, document, "audit.filed")


def file_appeal(ground: Ground, principal: Principal, verdict: str, text: str) -> Statement:
    """Appeal against a verdict that the tenant got; the operator is told.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``.
    """
    _check_text(text)
    with ground.database.writing() as connection:
        subject = Subject("verdict", verdict)
        filed = _file(ground, connection, principal, APPEAL, subject, {"text": text}, "appeal.filed")
        if principal.tenant != OPERATOR:
            told = {"appeal": filed.id, "verdict": verdict}
            tell(connection, OPERATOR, "appeal.filed", told, filed.created)
    return filed


def answer_appeal(ground: Ground, principal: Principal, appeal: str, decision: str, text: str) -> Statement:
    """Answer an appeal, once, as the operator. The answer is the appellant's to see.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``, ``appeal.answered``.
    """
    _check_word(decision, DECISIONS, "/decision")
    _check_text(text)
    now = ground.clock.now()
    with ground.database.writing() as connection:
        appealed = statements.of_any_tenant(connection, APPEAL, appeal)
        if appealed is None:
            raise _absent("appeal", appeal)
        answer = Statement(
            id=f"answer-{appeal.rpartition('-')[2]}",
            tenant=appealed.tenant,
            kind=ANSWER,
            about=appeal,
            document={"decision": decision, "text": text},
            actor=principal.actor,
            created=now,
        )
        if not statements.insert(connection, answer):
            raise RequestFault("appeal.answered", "this appeal has its answer", actual=appeal)
        told = {"appeal": appeal, "verdict": appealed.document["about"]["verdict"], "decision": decision}
        tell(connection, appealed.tenant, "appeal.answered", told, now)
        for tenant in sorted({appealed.tenant, OPERATOR}):
            trail.append(
                connection,
                tenant,
                actor=principal.actor if tenant == OPERATOR else "operator",
                act="appeal.answered",
                about=appeal,
                detail=told,
                at=now,
            )
    return answer


def withdraw(ground: Ground, principal: Principal, subject: Subject, text: str) -> Statement:
    """Withdraw evidence or a release of the tenant's, for good. What rests on evidence is verified again without it.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``, ``withdrawal.exists``.
    """
    _check_word(subject.kind, ("evidence", "release"), "/about")
    _check_text(text)
    now = ground.clock.now()
    with ground.database.writing() as connection:
        _check_there(connection, principal.tenant, subject)
        if subject.kind == "evidence":
            evidence.withdraw(connection, principal.tenant, subject.id, now)
        return _file(ground, connection, principal, WITHDRAWAL, subject, {"text": text}, f"{subject.kind}.withdrawn")


def list_statements(
    ground: Ground, principal: Principal, kind: str, cursor: str | None, size: int, *, everyone: bool = False
) -> Page[Statement]:
    """The tenant's statements of a kind, newest first; of `everyone`, where it is the operator who asks."""
    with ground.database.reading() as connection:
        return statements.page_of(connection, None if everyone else principal.tenant, kind, cursor, size)


def find_statement(ground: Ground, principal: Principal, kind: str, statement: str) -> Statement:
    """The tenant's statement of that kind and id; of anybody's, where it is the operator who asks for an appeal.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        found = statements.by_id(connection, principal.tenant, kind, statement)
        if found is None and principal.tenant == OPERATOR and kind == APPEAL:
            found = statements.of_any_tenant(connection, kind, statement)
    if found is None:
        raise _absent(kind, statement)
    return found


def answer_to(ground: Ground, appeal: Statement) -> Statement | None:
    """The operator's answer to an appeal, once there is one."""
    with ground.database.reading() as connection:
        answers = statements.about(connection, appeal.tenant, ANSWER, appeal.id)
    return answers[0] if answers else None


def _file(
    ground: Ground,
    connection: Connection,
    principal: Principal,
    kind: str,
    subject: Subject,
    document: Mapping[str, Any],
    act: str,
) -> Statement:
    """Write a statement about something of the tenant's, with its entry in the trail and its event."""
    _check_there(connection, principal.tenant, subject)
    now = ground.clock.now()
    statement = Statement(
        id=_once(principal.tenant, subject) if kind == WITHDRAWAL else draw_id(kind),
        tenant=principal.tenant,
        kind=kind,
        about=_about(subject),
        document={"about": {subject.kind: subject.id}, **document},
        actor=principal.actor,
        created=now,
    )
    if not statements.insert(connection, statement):
        raise RequestFault("withdrawal.exists", "this is withdrawn already", actual=subject.id)
    word = "sha256" if subject.kind in ("evidence", "artifact") else subject.kind
    told = {kind: statement.id, word: subject.id}
    tell(connection, principal.tenant, act, told, now)
    trail.append(connection, principal.tenant, actor=principal.actor, act=act, about=statement.id, detail=told, at=now)
    return statement


def _once(tenant: str, subject: Subject) -> str:
    """The id of a withdrawal, of which there is one: the same each time."""
    return "retract-" + hashlib.sha256(f"{tenant}\n{_about(subject)}".encode()).hexdigest()[:32]


def _about(subject: Subject) -> str:
    return f"{subject.kind}:{subject.id}"


def _check_there(connection: Connection, tenant: str, subject: Subject) -> None:
    match subject.kind:
        case "artifact":
            there: object = artifacts.by_sha256(connection, tenant, subject.id)
        case "evidence":
            there = evidence.by_sha256(connection, tenant, subject.id)
        case "verdict":
            there = verdicts.by_id(connection, tenant, subject.id)
        case "release":
            there = catalogue.release(connection, tenant, subject.id)
        case _:
            raise RequestFault("request.invalid", "that is nothing to speak of", actual=ascii(subject.kind[:40]))
    if there is None:
        raise _absent(subject.kind, subject.id)


def _check_word(word: str, words: tuple[str, ...], pointer: str) -> None:
    if word not in words:
        raise RequestFault(
            "request.invalid",
            "not one of the words there are",
            place=Place("body", pointer),
            expected=", ".join(words),
            actual=ascii(word[:80]),
        )


def _check_text(text: str) -> None:
    if not 1 <= len(text.strip()) <= LONGEST_TEXT:
        raise RequestFault(
            "request.invalid",
            "it says nothing, or too much",
            place=Place("body", "/text"),
            expected=f"1 to {LONGEST_TEXT} characters",
        )


def _absent(kind: str, wanted: str) -> RequestFault:
    return RequestFault("request.not_found", f"no {kind} of yours is this", actual=ascii(wanted[:80]))
