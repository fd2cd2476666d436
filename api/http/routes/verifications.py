"""``/v1/verifications``: asking for a verdict. Whatever it says, it is the answer: a FAILED one is a 200."""

from __future__ import annotations

from typing import Annotated, Literal

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from attestations.faults import Fault

from ...usecases.service.service import Principal, Service
from ...usecases.service.submit import Submission, Submitted, submit
from ...usecases.service.verdicts import (
    Standing,
    await_accepted,
    await_verification,
    find_verification,
    list_verifications,
)
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..looking import look
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Cursor, Id, Size
from ..preferences import Prefer, applied, seconds_of
from ..problems import problem, status_of
from ..wire.verifications import (
    BatchForm,
    BatchItem,
    BatchView,
    VerificationForm,
    VerificationPage,
    VerificationView,
    verification_view,
)

router = APIRouter(prefix="/v1/verifications", tags=["verifications"])

REFUSALS = may_refuse(
    *("evidence.unknown", "evidence.withdrawn", "policy.unknown", "policy.retired", "request.key_reused"),
    *("trust.distrusted", "trust.name_unknown", "trust.not_named", "trust.not_published"),
    *("limit.evidence_files", "limit.record", "throttle.pending"),
)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="a key of the client's own: the same request under it is the same verification",
        pattern=r"^[\x21-\x7e]{1,200}$",
        examples=["build-4711"],
    ),
]


@router.post(
    "",
    summary="Ask for a verdict",
    responses=gives(VerificationView, 200, 202),
    response_class=Response,
    openapi_extra=REFUSALS,
)
async def post(
    request: Request,
    caller: Caller,
    service: Reached,
    form: Annotated[VerificationForm, Depends(json_body(VerificationForm))],
    key: Key = None,
    prefer: Prefer = None,
) -> Response:
    """202, and where to follow it; or 200 with the verdict, where it is there, or comes within ``Prefer: wait=N``
    seconds. The same request is the same verification: the first one fixes its time and its trust."""
    submitted = await run_in_threadpool(submit, service, caller, form.submission(key))
    standing = await _standing_of(request, service, caller, submitted, seconds_of(prefer, service))
    done = standing.verdict is not None
    headers = {"Location": f"/v1/verifications/{standing.verification.id}", **applied(prefer, done=done)}
    return show(request, verification_view(standing), 200 if done else 202, headers)


@router.post("/batch", summary="Ask for several verdicts", responses=gives(BatchView), response_class=Response)
def batch(
    request: Request, caller: Caller, service: Reached, form: Annotated[BatchForm, Depends(json_body(BatchForm))]
) -> Response:
    """Each is answered for itself, in order: accepted, or refused with the problem it would have had alone."""
    identity = request.scope.get("state", {}).get("request_id", "")
    items = [_one(service, caller, each.submission(None), identity) for each in form.items]
    return show(request, BatchView(items=items))


def _one(service: Service, caller: Principal, submission: Submission, identity: str) -> BatchItem:
    try:
        submitted = submit(service, caller, submission)
        standing = _known(service, caller, submitted)
    except Fault as fault:
        return BatchItem(status=status_of(fault.reason), problem=problem(fault, identity))
    status = 200 if standing.verdict is not None else 202
    return BatchItem(status=status, verification=verification_view(standing))


def _known(service: Service, caller: Principal, submitted: Submitted) -> Standing:
    if submitted.created:
        return Standing(submitted.verification, None)
    return find_verification(service, caller, submitted.verification.id)


@router.get("", summary="The tenant's verifications", responses=gives(VerificationPage), response_class=Response)
def verifications(
    request: Request,
    caller: Caller,
    service: Reached,
    state: Annotated[Literal["accepted", "done"] | None, Query(description="those that are so far")] = None,
    cursor: Cursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """Newest first, each with the id of its verdict, where it has one."""
    page, found = list_verifications(service, caller, state, cursor, size)
    items = [verification_view(Standing(row, None), found.get(row.id)) for row in page.rows]
    return show(request, VerificationPage(items=items, next=page.next))


@router.get("/{id}", summary="How far a request is", responses=gives(VerificationView), response_class=Response)
async def get(request: Request, caller: Caller, service: Reached, id: Id, prefer: Prefer = None) -> Response:  # noqa: A002  # the path's own word
    """With the verdict, once it is there, or as soon as it comes within ``Prefer: wait=N`` seconds."""
    standing = await _standing(request, service, caller, id, seconds_of(prefer, service))
    return show(request, verification_view(standing), 200, applied(prefer, done=standing.verdict is not None))


async def _standing_of(
    request: Request, service: Service, caller: Principal, submitted: Submitted, seconds: float
) -> Standing:
    """The same of what was just submitted: what this very request began is known to have no verdict yet."""
    if not submitted.created:
        return await _standing(request, service, caller, submitted.verification.id, seconds)
    waiters: anyio.CapacityLimiter = request.app.state.waiters
    if seconds <= 0 or waiters.available_tokens < 1:
        return Standing(submitted.verification, None)
    return await anyio.to_thread.run_sync(
        await_accepted, service, caller, submitted.verification, seconds, limiter=waiters, abandon_on_cancel=True
    )


async def _standing(
    request: Request, service: Service, caller: Principal, verification: str, seconds: float
) -> Standing:
    """How far it is, after `seconds` at most. Whoever waits holds a thread: where too many do, one more does not."""
    waiters: anyio.CapacityLimiter = request.app.state.waiters
    if seconds <= 0 or waiters.available_tokens < 1:
        return await look(service, find_verification, service, caller, verification)
    return await anyio.to_thread.run_sync(
        await_verification, service, caller, verification, seconds, limiter=waiters, abandon_on_cancel=True
    )
