"""``/v1/audits``, ``/v1/appeals``, ``/v1/withdrawals``: what people state. None of it is edited."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...store.schema import OPERATOR
from ...store.statements import APPEAL, AUDIT, WITHDRAWAL
from ...usecases.service import statements
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Cursor, Id, Size
from ..wire.statements import (
    AnswerForm,
    AppealForm,
    AuditForm,
    StatementPage,
    StatementView,
    WithdrawalForm,
    statement_view,
)

router = APIRouter(prefix="/v1", tags=["statements"])

_MADE = gives(StatementView, 201)


@router.post(
    "/audits",
    summary="File an audit",
    responses=_MADE,
    response_class=Response,
    openapi_extra=may_refuse("request.not_found"),
)
def file_audit(
    request: Request, service: Reached, caller: Caller, form: Annotated[AuditForm, Depends(json_body(AuditForm))]
) -> Response:
    """What somebody found who looked. It raises no level; it stands beside verdicts."""
    filed = statements.file_audit(
        service,
        caller,
        form.about.subject,
        scope=form.scope,
        finding=form.finding,
        text=form.text,
        references=form.references,
    )
    return show(request, statement_view(filed), 201)


@router.get("/audits", summary="The tenant's audits", responses=gives(StatementPage), response_class=Response)
def list_audits(
    request: Request, service: Reached, caller: Caller, cursor: Cursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """Newest first."""
    page = statements.list_statements(service, caller, AUDIT, cursor, size)
    return show(request, StatementPage(items=list(map(statement_view, page.rows)), next=page.next))


@router.post(
    "/appeals",
    summary="Appeal against a verdict",
    responses=_MADE,
    response_class=Response,
    openapi_extra=may_refuse("request.not_found"),
)
def file_appeal(
    request: Request, service: Reached, caller: Caller, form: Annotated[AppealForm, Depends(json_body(AppealForm))]
) -> Response:
    """The verdict stands; the operator answers. Where the appeal is right, what verdicts rest on changes."""
    return show(request, statement_view(statements.file_appeal(service, caller, form.verdict, form.text)), 201)


@router.get("/appeals", summary="Appeals", responses=gives(StatementPage), response_class=Response)
def list_appeals(
    request: Request, service: Reached, caller: Caller, cursor: Cursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """The tenant's, newest first; everybody's, where it is the operator who asks."""
    everyone = caller.tenant == OPERATOR
    page = statements.list_statements(service, caller, APPEAL, cursor, size, everyone=everyone)
    return show(request, StatementPage(items=list(map(statement_view, page.rows)), next=page.next))


@router.get("/appeals/{id}", summary="An appeal", responses=gives(StatementView), response_class=Response)
def find_appeal(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """With the operator's answer, once there is one."""
    found = statements.find_statement(service, caller, APPEAL, id)
    return show(request, statement_view(found, statements.answer_to(service, found)))


@router.post(
    "/appeals/{id}/answer",
    summary="Answer an appeal",
    responses=_MADE,
    response_class=Response,
    openapi_extra=may_refuse("appeal.answered"),
)
def answer_appeal(
    request: Request,
    service: Reached,
    caller: Caller,
    id: Id,  # noqa: A002  # of the path
    form: Annotated[AnswerForm, Depends(json_body(AnswerForm))],
) -> Response:
    """Once, as the operator."""
    answer = statements.answer_appeal(service, caller, id, form.decision, form.text)
    return show(request, statement_view(answer), 201)


@router.post(
    "/withdrawals",
    summary="Withdraw evidence or a release",
    responses=_MADE,
    response_class=Response,
    openapi_extra=may_refuse("request.not_found", "withdrawal.exists"),
)
def withdraw(
    request: Request,
    service: Reached,
    caller: Caller,
    form: Annotated[WithdrawalForm, Depends(json_body(WithdrawalForm))],
) -> Response:
    """For good. The tenant's verdicts that rest on the evidence are given anew without it."""
    return show(request, statement_view(statements.withdraw(service, caller, form.about.subject, form.text)), 201)


@router.get("/withdrawals", summary="The tenant's withdrawals", responses=gives(StatementPage), response_class=Response)
def list_withdrawals(
    request: Request, service: Reached, caller: Caller, cursor: Cursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """Newest first."""
    page = statements.list_statements(service, caller, WITHDRAWAL, cursor, size)
    return show(request, StatementPage(items=list(map(statement_view, page.rows)), next=page.next))
