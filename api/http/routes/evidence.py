"""``/v1/evidence``: what verdicts rest on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ...usecases.service.evidence import evidence_bytes, find_evidence, list_evidence, store_evidence
from ..answers import DOWNLOAD, OCTETS, gives, gives_bytes, show, stream
from ..auth import Caller, Reached
from ..bodies import Upload, json_body, raw_body
from ..paging import DEFAULT_SIZE, Cursor, Digest, Name, Size
from ..wire.artifacts import EvidenceForm, EvidencePage, EvidenceView, evidence_view
from ..wire.common import decoded

router = APIRouter(prefix="/v1/evidence", tags=["evidence"])

_VIEWS = gives(EvidenceView, 200, 201)


@router.post("", summary="Hand in evidence", responses=_VIEWS, response_class=Response)
def post(
    request: Request, caller: Caller, service: Reached, form: Annotated[EvidenceForm, Depends(json_body(EvidenceForm))]
) -> Response:
    """A file in base64. It is kept as it is, and read by nobody until it is judged. 201: it was new."""
    stored, new = store_evidence(service, caller, form.name, [decoded(form.content)])
    return show(request, evidence_view(stored), 201 if new else 200)


@router.put("/{sha256}", summary="Hand in a large file of evidence", responses=_VIEWS, response_class=Response)
async def put(
    request: Request,
    caller: Caller,
    service: Reached,
    sha256: Digest,
    upload: Annotated[Upload, Depends(raw_body)],
    name: Name = None,
) -> Response:
    """Its bytes, measured while they arrive, and refused where they are not of this digest. 201: it was new."""
    stored, new = await upload.into(
        lambda chunks: store_evidence(service, caller, name or f"sha256:{sha256}", chunks, sha256),
        service.settings.limits.sbom,
    )
    return show(request, evidence_view(stored), 201 if new else 200)


@router.get("", summary="The tenant's evidence", responses=gives(EvidencePage), response_class=Response)
def evidence(
    request: Request, caller: Caller, service: Reached, cursor: Cursor = None, size: Size = DEFAULT_SIZE
) -> Response:
    """By digest."""
    page = list_evidence(service, caller, cursor, size)
    return show(request, EvidencePage(items=list(map(evidence_view, page.rows)), next=page.next))


@router.get("/{sha256}", summary="A file of evidence", responses=gives(EvidenceView), response_class=Response)
def get(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """What is known of it; its bytes are under ``/content``."""
    return show(request, evidence_view(find_evidence(service, caller, sha256)))


@router.get(
    "/{sha256}/content",
    summary="The bytes of a file of evidence",
    responses=gives_bytes(OCTETS),
    response_class=Response,
)
def content(request: Request, caller: Caller, service: Reached, sha256: Digest) -> Response:
    """As they were handed in: they are anybody's, so nothing but a download is made of them."""
    found, chunks = evidence_bytes(service, caller, sha256)
    return stream(request, found.sha256, found.size, chunks, DOWNLOAD)
