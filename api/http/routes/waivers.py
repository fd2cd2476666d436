"""``/v1/waivers`` and ``/v1/approvers``: what excuses a reason for some hours, and whose two signatures it takes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from ...usecases.service import waivers
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Cursor, Id, Size
from ..wire.common import decoded
from ..wire.statements import (
    ApproverForm,
    ApproverList,
    ApproverView,
    StatementPage,
    StatementView,
    WaiverForm,
    approver_view,
    statement_view,
)

router = APIRouter(prefix="/v1", tags=["waivers"])

PolicyId = Annotated[str, Query(description="the policy's id", min_length=1, max_length=255)]
PolicyDigest = Annotated[str | None, Query(description="only of this policy", pattern="^[0-9a-f]{64}$")]
InForce = Annotated[bool, Query(description="only those that have not lapsed")]


@router.post(
    "/waivers",
    summary="File a waiver",
    responses=gives(StatementView, 201),
    response_class=Response,
    openapi_extra=may_refuse(
        "request.not_found", "waiver.approver", "waiver.policy", "waiver.reason", "waiver.signers", "waiver.too_long"
    ),
)
def file_waiver(
    request: Request, service: Reached, caller: Caller, form: Annotated[WaiverForm, Depends(json_body(WaiverForm))]
) -> Response:
    """Signed by two persons whom the policy's owner named. It changes no outcome; what was refuted cannot be waived."""
    envelopes = tuple(map(decoded, form.envelopes))
    return show(request, statement_view(waivers.file_waiver(service, caller, form.policy, envelopes)), 201)


@router.get("/waivers", summary="The tenant's waivers", responses=gives(StatementPage), response_class=Response)
def list_waivers(
    request: Request,
    service: Reached,
    caller: Caller,
    policy: PolicyDigest = None,
    in_force: InForce = False,
    cursor: Cursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """Newest first."""
    page = waivers.list_waivers(service, caller, cursor, size, policy=policy, in_force=in_force)
    return show(request, StatementPage(items=list(map(statement_view, page.rows)), next=page.next))


@router.get("/waivers/{id}", summary="A waiver", responses=gives(StatementView), response_class=Response)
def find_waiver(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """With its envelopes: whoever relies on it verifies them anew."""
    return show(request, statement_view(waivers.find_waiver(service, caller, id)))


@router.post(
    "/approvers",
    summary="Name an approver",
    responses=gives(ApproverView, 201),
    response_class=Response,
    openapi_extra=may_refuse("request.not_found"),
)
def name_approver(
    request: Request, service: Reached, caller: Caller, form: Annotated[ApproverForm, Depends(json_body(ApproverForm))]
) -> Response:
    """Let a person sign waivers of a policy of the tenant's."""
    named = waivers.name_approver(service, caller, form.policy, form.name, form.key)
    return show(request, approver_view(named), 201)


@router.get(
    "/approvers",
    summary="A policy's approvers",
    responses=gives(ApproverList),
    response_class=Response,
    openapi_extra=may_refuse("request.not_found"),
)
def list_approvers(request: Request, service: Reached, caller: Caller, policy: PolicyId) -> Response:
    """Who may sign waivers of a policy of the tenant's."""
    return show(request, ApproverList(items=list(map(approver_view, waivers.list_approvers(service, caller, policy)))))


@router.delete(
    "/approvers",
    summary="Drop an approver",
    status_code=204,
    response_class=Response,
    openapi_extra=may_refuse("request.not_found"),
)
def drop_approver(
    service: Reached,
    caller: Caller,
    policy: PolicyId,
    name: Annotated[str, Query(description="whom", min_length=1, max_length=255)],
) -> Response:
    """Let a person sign no more of them. What they signed lapses by itself."""
    waivers.drop_approver(service, caller, policy, name)
    return Response(None, 204)
