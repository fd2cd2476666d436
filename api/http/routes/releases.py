"""``/v1/releases``: what a vendor says that it shipped, under a key that is used once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from ...usecases.service import releases
from ..answers import gives, show
from ..auth import Caller, Reached
from ..bodies import json_body
from ..openapi import may_refuse
from ..paging import DEFAULT_SIZE, Cursor, Id, Size
from ..wire.catalogue import EvidenceToAdd, ReleaseForm, ReleasePage, ReleaseView, release_view

router = APIRouter(prefix="/v1/releases", tags=["catalogue"])

Of = Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9._+-]{0,63}$", description="only these")]


@router.post(
    "",
    summary="Declare a release",
    responses=gives(ReleaseView, 200, 201),
    response_class=Response,
    openapi_extra=may_refuse("request.not_found", "release.exists"),
)
def declare_release(
    request: Request, service: Reached, caller: Caller, form: Annotated[ReleaseForm, Depends(json_body(ReleaseForm))]
) -> Response:
    """The same again changes nothing (200). Other artifacts under a key that is taken are refused. 201: it was new."""
    declared = releases.declare_release(service, caller, form.key, artifacts=form.artifacts, evidence=form.evidence)
    return show(request, release_view(declared.release), 201 if declared.created else 200)


@router.get("", summary="The tenant's releases", responses=gives(ReleasePage), response_class=Response)
def list_releases(
    request: Request,
    service: Reached,
    caller: Caller,
    vendor: Of = None,
    product: Of = None,
    channel: Of = None,
    version: Of = None,
    cursor: Cursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """Newest first."""
    wanted = {"vendor": vendor, "product": product, "channel": channel, "version": version}
    page = releases.list_releases(service, caller, cursor, size, **wanted)
    return show(request, ReleasePage(items=list(map(release_view, page.rows)), next=page.next))


@router.get("/{id}", summary="A release", responses=gives(ReleaseView), response_class=Response)
def find_release(request: Request, service: Reached, caller: Caller, id: Id) -> Response:  # noqa: A002  # of the path
    """What was declared, with the evidence that was added since."""
    return show(request, release_view(releases.find_release(service, caller, id)))


@router.post(
    "/{id}/evidence",
    summary="Add evidence to a release",
    responses=gives(ReleaseView),
    response_class=Response,
    openapi_extra=may_refuse("evidence.unknown", "evidence.withdrawn"),
)
def add_evidence(
    request: Request,
    service: Reached,
    caller: Caller,
    id: Id,  # noqa: A002  # of the path
    form: Annotated[EvidenceToAdd, Depends(json_body(EvidenceToAdd))],
) -> Response:
    """The tenant's verdicts about its artifacts are given anew, with what is new."""
    files = tuple((file.name, file.sha256) for file in form.evidence)
    return show(request, release_view(releases.add_evidence(service, caller, id, files)))
