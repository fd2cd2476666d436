"""Audits, appeals, withdrawals, waivers and those who sign them, over the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ...store.statements import Statement
from ...usecases.service.statements import DECISIONS, FINDINGS, LONGEST_TEXT, MOST_REFERENCES, SCOPES, Subject
from ...usecases.service.waivers import MOST_ENVELOPES, Named
from .common import Base64, Form, Label, Sha256, Time, View, example, shown_time, shown_time_or_none

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_VERDICT = "verdict-9c9064c59f1ffa2e174ee754d2979be8"
_CREATED = "2026-03-02T11:04:00Z"


class AboutForm(Form):
    """What is spoken of: an artifact or evidence by SHA-256, a verdict or release by id."""

    model_config = example(kind="artifact", id=_DIGEST)

    kind: Annotated[str, Field(max_length=20, description="artifact, evidence, verdict or release")]
    id: _Id

    @property
    def subject(self) -> Subject:
        """The same, as use cases take it."""
        return Subject(self.kind, self.id)


class AuditForm(Form):
    """What an audit found, of one artifact, verdict or release."""

    model_config = example(
        about={"kind": "artifact", "id": _DIGEST},
        scope="binary",
        finding="supports",
        text="Unpacked and compared, file by file.",
        references=[],
    )

    about: AboutForm
    scope: Annotated[str, Field(max_length=20, description=f"one of {', '.join(SCOPES)}")]
    finding: Annotated[str, Field(max_length=20, description=f"one of {', '.join(FINDINGS)}")]
    text: Text
    references: Annotated[tuple[Sha256, ...], Field(max_length=MOST_REFERENCES)] = ()


class AppealForm(Form):
    """An appeal against a verdict of the tenant's."""

    model_config = example(verdict=_VERDICT, text="The bundle was that of the build before; here is the right one.")

    verdict: _Id
    text: Text


class AnswerForm(Form):
    """The operator's answer to an appeal."""

    model_config = example(decision="upheld", text="The policy named a workflow that is no more; version 4 is out.")

    decision: Annotated[str, Field(max_length=20, description=f"one of {', '.join(DECISIONS)}")]
    text: Text


class WithdrawalForm(Form):
    """A withdrawal of evidence or of a release of the tenant's."""

    model_config = example(about={"kind": "evidence", "id": _DIGEST}, text="Signed by mistake.")

    about: AboutForm
    text: Text


class WaiverForm(Form):
    """A waiver: the policy's digest, and a DSSE envelope in base64 by each of those who sign it."""

    model_config = example(policy=_DIGEST, envelopes=["eyJwYXlsb2FkIjogIuKApiJ9", "eyJwYXlsb2FkIjogIuKApiJ9"])

    policy: Sha256
    envelopes: Annotated[tuple[Base64, ...], Field(min_length=1, max_length=MOST_ENVELOPES)]


class ApproverForm(Form):
    """Somebody who is to sign waivers of a policy of the tenant's: a name, and a public key in PEM."""

    model_config = example(
        policy="https://acme.example/policies/fleet",
        name="Duty officer",
        key="-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
    )

    policy: Label
    name: Label
    key: Annotated[str, Field(max_length=20_000)]


class ApproverView(View):
    """Somebody who may sign waivers of a policy."""

    model_config = example(
        policy="https://acme.example/policies/fleet", name="Duty officer", fingerprint=f"sha256:{_DIGEST}"
    )

    policy: str
    name: str
    fingerprint: str


class ApproverList(View):
    """Those who may sign waivers of a policy."""

    model_config = example(items=[])

    items: list[ApproverView]


class StatementView(View):
    """A statement: `document` is what was stated. Of a waiver, `until` is when it lapses."""

    model_config = example(
        id="appeal-9c9064c59f1ffa2e174ee754d2979be8",
        kind="appeal",
        document={"about": {"verdict": _VERDICT}, "text": "The bundle was that of the build before."},
        actor="token:token-5f0c8d1fb2a64f7b9c0d3e2f1a4b5c6d",
        created=_CREATED,
    )

    id: str
    kind: str
    document: dict[str, Any]
    actor: str
    created: Time
    until: Time | None = None
    answer: dict[str, Any] | None = None


class StatementPage(View):
    """Statements, newest first; `next` is the cursor of the page after."""

    model_config = example(items=[], next="41")

    items: list[StatementView]
    next: str | None = None


def statement_view(statement: Statement, answer: Statement | None = None) -> StatementView:
    """A statement as it is shown, an appeal with its answer."""
    return StatementView(
        id=statement.id,
        kind=statement.kind,
        document=statement.document,
        actor=statement.actor,
        created=shown_time(statement.created),
        until=shown_time_or_none(statement.until),
        answer=None if answer is None else answer.document | {"created": shown_time(answer.created)},
    )


def approver_view(named: Named) -> ApproverView:
    """An approver as it is shown."""
    return ApproverView(policy=named.policy, name=named.name, fingerprint=named.fingerprint)
