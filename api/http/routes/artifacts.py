"""``/v1/artifacts``: what verdicts are about, by digest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service.artifacts import find_artifact, list_artifacts, store_artifact
from ...usecases.service.verdicts import verdicts_about
from ..answers import answer, gives, show, written
from ..auth import Caller, Reached
from ..bodies import Upload, raw_body
from ..looking import look
from ..paging import DEFAULT_SIZE, Cursor, Digest, Name, Size
from ..remembering import Memory
from ..wire.artifacts import ArtifactPage, ArtifactView, artifact_view
from ..wire.verdicts import VerdictPage, verdict_view

router = APIRouter(prefix="/v1/artifacts", tags=["artifacts"])


@router.get("", summary="The tenant's artifacts", responses=gives(ArtifactPage), response_class=Response)
def artifacts(
    request: Request, caller: Caller, service: Reached, cursor: Cursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """By digest."""
    page = list_artifacts(service, caller, cursor, size)
    return show(request, ArtifactPage(items=list(map(artifact_view, page.rows)), next=page.next))


@router.put(
    "/{sha256}",
    summary="Send an artifact",
    responses=gives(ArtifactView, 200, 201),
    response_class=Response,
)
async def put(
    request: Request,
    caller: Caller,
    service: Reached,
    sha256: Digest,
    upload: Annotated[Upload, Depends(raw_body)],
    name: Name = None,
) -> Response:
    """The bytes are measured while they arrive, and refused where they are not of this digest. A digest alone is enough
    to ask for a verdict; size and content are then not assessed. 201: they were new."""
    artifact, new = await upload.into(
        lambda chunks: store_artifact(service, caller, sha256, name, chunks), service.settings.largest_artifact
    )
    return show(request, artifact_view(artifact), 201 if new else 200)


@router.get("/{sha256}", summary="An artifact", responses=gives(ArtifactView), response_class=Response)
def get(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """Its digests and size, as they were measured."""
    return show(request, artifact_view(find_artifact(service, caller, sha256)))


@router.get(
    "/{sha256}/verdicts",
    summary="Verdicts about an artifact",
    responses=gives(VerdictPage),
    response_class=Response,
)
async def verdicts(
    request: Request,
    caller: Caller,
    service: Reached,
    sha256: Digest,
    cursor: Cursor = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """The tenant's own, and of others' those that passed under a policy of the operator's, newest first."""

    def found() -> bytes:
        page = verdicts_about(service, caller, sha256, cursor, size)
        items = [verdict_view(row, own=row.tenant == caller.tenant) for row in page.rows]
        return written(VerdictPage(items=items, next=page.next))

    memory: Memory = request.app.state.memory
    question = ("verdicts about", caller.tenant, sha256, cursor, size)
    return answer(request, await look(service, memory.recall, question, found))
