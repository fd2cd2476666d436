"""``/v1/updates/check`` and ``/v1/channels``: asked by gates, and by those who look for what to install."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from attestations.faults import Fault

from ...usecases.service.channels import Channel, latest
from ...usecases.service.service import Principal, Service
from ...usecases.service.updates import check_update
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import Word
from ..problems import problem, status_of
from ..wire.updates import (
    LatestList,
    UpdateBatchForm,
    UpdateBatchView,
    UpdateForm,
    UpdateItem,
    latest_view,
    update_view,
)

router = APIRouter(prefix="/v1", tags=["updates"])

_WORD = r"^[a-z0-9][a-z0-9._+-]{0,63}$"


@router.post(
    "/updates/check", summary="May these be installed?", responses=gives(UpdateBatchView), response_class=Response
)
def check(
    request: Request,
    service: Reached,
    caller: Caller,
    form: Annotated[UpdateBatchForm, Depends(json_body(UpdateBatchForm))],
) -> Response:
    """Each is answered for itself, in order. Files must have passed under the policy; together they must be all of a
    release, and follow from what there is: a gate's state, or an installed version that this service verified.

    Whatever the decision is, it is a 200. It is out of verdicts that were given, and is none itself."""
    form.check_size()
    identity = request.scope.get("state", {}).get("request_id", "")
    return show(request, UpdateBatchView(items=[_one(service, caller, each, identity) for each in form.items]))


def _one(service: Service, caller: Principal, form: UpdateForm, identity: str) -> UpdateItem:
    try:
        return UpdateItem(status=200, update=update_view(check_update(service, caller, form.asked)))
    except Fault as fault:
        return UpdateItem(status=status_of(fault.reason), problem=problem(fault, identity))


@router.get(
    "/channels/{vendor}/{product}/{channel}/latest",
    summary="A channel's latest release that passed",
    responses=gives(LatestList),
    response_class=Response,
    openapi_extra=may_refuse("update.equivocation"),
)
def newest(
    request: Request,
    service: Reached,
    caller: Caller,
    vendor: Word,
    product: Word,
    channel: Word,
    platform: Annotated[str | None, Query(pattern=_WORD, examples=["windows"])] = None,
    variant: Annotated[str | None, Query(pattern=_WORD, examples=["x64"])] = None,
    policy: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="under this one alone")] = None,
) -> Response:
    """Of each platform and variant, the newest of which every file passed, by the vendor's own numbers. Where that one
    has expired there is none: an older one is no answer."""
    found = latest(service, caller, Channel(vendor, product, channel, platform, variant), policy)
    return show(request, LatestList(items=list(map(latest_view, found))))
