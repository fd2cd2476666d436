"""``/v1/verdicts``, ``/v1/reports``, ``/v1/records``: what was found, in every form that somebody may want to keep."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from ...store.verdicts import Filters
from ...usecases.service.records import record_of
from ...usecases.service.verdicts import bundle_of, find_verdict, list_verdicts, see_verdict
from ..answers import JSON, answer, gives, gives_bytes, show
from ..auth import Caller, Reached
from ..looking import look
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Cursor, Id, Size
from ..wire.verdicts import VerdictPage, VerdictView, verdict_view

router = APIRouter(prefix="/v1", tags=["verdicts"])

_DIGEST = Query(pattern="^[0-9a-f]{64}$")
Outcome = Annotated[Literal["PASSED", "FAILED", "INCOMPLETE", "ERROR"] | None, Query()]


@router.get("/verdicts", summary="The tenant's verdicts", responses=gives(VerdictPage), response_class=Response)
def verdicts(
    request: Request,
    caller: Caller,
    service: Reached,
    artifact: Annotated[str | None, _DIGEST] = None,
    policy: Annotated[str | None, _DIGEST] = None,
    product: Annotated[str | None, Query(pattern=r"^[^\x00-\x1f\x7f]{1,255}$", examples=["example/endpoint"])] = None,
    outcome: Outcome = None,
    current: Annotated[bool, Query(description="leave out what was superseded")] = False,
    cursor: Cursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """Newest first, those that meet every filter."""
    filters = Filters(artifact=artifact, policy=policy, product=product, outcome=outcome, current=current)
    page = list_verdicts(service, caller, filters, cursor, size)
    return show(request, VerdictPage(items=list(map(verdict_view, page.rows)), next=page.next))


@router.get("/verdicts/{id}", summary="A verdict", responses=gives(VerdictView), response_class=Response)
async def verdict(request: Request, caller: Caller, service: Reached, id: Id) -> Response:  # noqa: A002  # the path's own word
    """The tenant's own; or another's, where it passed under a policy of the operator's."""
    found = await look(service, see_verdict, service, caller, id)
    return show(request, verdict_view(found.verdict, found.successor, own=found.own))


@router.get(
    "/verdicts/{id}/bundle",
    summary="The signed verdict",
    responses=gives_bytes(JSON),
    response_class=Response,
    openapi_extra=may_refuse("verdict.unsigned"),
)
def bundle(request: Request, caller: Caller, service: Reached, id: Id) -> Response:  # noqa: A002  # the path's own word
    """The verdict bundle, for `countersign verdict check`."""
    return answer(request, bundle_of(service, caller, id))


@router.get("/reports/{id}", summary="The report of a verdict", responses=gives_bytes(JSON), response_class=Response)
def report(request: Request, caller: Caller, service: Reached, id: Id) -> Response:  # noqa: A002  # the path's own word
    """Byte for byte what judging gave: every check, with its reason, what was expected and found, and the remedy."""
    return answer(request, find_verdict(service, caller, id).report)


@router.get("/records/{id}", summary="The record of a verdict", responses=gives_bytes(JSON), response_class=Response)
def record(request: Request, caller: Caller, service: Reached, id: Id) -> Response:  # noqa: A002  # the path's own word
    """All that the verdict follows from, for `countersign replay`, which needs neither a network nor this service."""
    return answer(request, record_of(service, caller, id))
