"""``/v1/uploads``: large artifacts in parts, by tus. What came before a connection broke need not be sent again.

Spec: tus 1.0.0, core, creation, expiration and termination, https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from starlette.concurrency import run_in_threadpool

from attestations.strict_json import decode_base64

from ...effects.faults import RequestFault
from ...usecases.service.uploads import Progress, begin_upload, end_upload, find_upload, take_part
from ..auth import Caller, Reached
from ..bodies import RawBody, Upload
from ..openapi import may_refuse
from ..paging import Id

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PART = "application/offset+octet-stream"

Version = Annotated[str, Header(alias="Tus-Resumable", description="the version of tus: 1.0.0", examples=[VERSION])]
Length = Annotated[
    int, Header(alias="Upload-Length", description="bytes of the whole", ge=0, le=2**53 - 1, examples=[4])
]
Offset = Annotated[
    int, Header(alias="Upload-Offset", description="bytes that came before", ge=0, le=2**53 - 1, examples=[0])
]
Metadata = Annotated[
    str,
    Header(
        alias="Upload-Metadata",
        description="`sha256`, which the whole must have, and `filename`, each with its value in base64",
        max_length=4096,
        examples=["sha256 OWY4NmQwODE4ODRjN2Q2NTlhMmZlYWEwYzU1YWQwMTVhM2JmNGYxYjJiMGI4MjJjZDE1ZDZjMTViMGYwMGEwOA=="],
    ),
]


def _check_version(version: Version) -> None:
    if version != VERSION:
        raise RequestFault("upload.version", "another version of tus", expected=VERSION, actual=version[:40])


router = APIRouter(prefix="/v1/uploads", tags=["uploads"])
_VERSIONED = [Depends(_check_version)]


@router.options("", summary="What of tus is understood", status_code=204, response_class=Response)
def options(service: Reached) -> Response:
    """The version, the extensions, and how large an artifact may be."""
    largest = str(service.settings.largest_artifact)
    return _answer(204, {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": largest})


@router.post(
    "",
    summary="Begin an upload",
    status_code=201,
    response_class=Response,
    dependencies=_VERSIONED,
    openapi_extra=may_refuse("request.too_large", "upload.too_many", "upload.version"),
)
def post(caller: Caller, service: Reached, length: Length, metadata: Metadata) -> Response:
    """Announces an artifact: its size and its digest. `Location` is where its bytes go."""
    told = _metadata(metadata)
    if "sha256" not in told:
        raise RequestFault("request.invalid", "Upload-Metadata does not say the sha256 of the whole")
    progress = begin_upload(service, caller, told["sha256"], told.get("filename"), length)
    return _answer(201, {"Location": f"/v1/uploads/{progress.upload.id}", **_fields(progress)})


@router.head(
    "/{id}",
    summary="How far an upload is",
    response_class=Response,
    dependencies=_VERSIONED,
    openapi_extra=may_refuse("upload.version"),
)
def head(caller: Caller, service: Reached, id: Id) -> Response:  # noqa: A002  # the path's own word
    """`Upload-Offset` is where to carry on; once it is `Upload-Length`, the artifact is there."""
    return _answer(200, _fields(find_upload(service, caller, id)))


@router.patch(
    "/{id}",
    summary="Send a part",
    status_code=204,
    response_class=Response,
    dependencies=_VERSIONED,
    openapi_extra=may_refuse("upload.offset", "upload.version"),
)
async def patch(
    caller: Caller,
    service: Reached,
    id: Id,  # noqa: A002  # the path's own word
    offset: Offset,
    upload: Annotated[Upload, Depends(RawBody(PART))],
) -> Response:
    """The bytes from `Upload-Offset` on. With the last of them the whole is hashed, and is an artifact."""
    progress = await upload.into(
        lambda chunks: take_part(service, caller, id, offset, chunks), service.settings.largest_artifact
    )
    return _answer(204, _fields(progress))


@router.delete(
    "/{id}",
    summary="Break an upload off",
    status_code=204,
    response_class=Response,
    dependencies=_VERSIONED,
    openapi_extra=may_refuse("upload.version"),
)
async def delete(caller: Caller, service: Reached, id: Id) -> Response:  # noqa: A002  # the path's own word
    """Lets go of what came. An artifact that is there already stays."""
    await run_in_threadpool(end_upload, service, caller, id)
    return _answer(204, {})


def _metadata(text: str) -> dict[str, str]:
    """Names and values: ``sha256 OWY4…,filename ZW5k…``."""
    told: dict[str, str] = {}
    for pair in text.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            decoded = decode_base64(value.strip()).decode("utf-8")
        except ValueError:
            raise RequestFault("request.invalid", "Upload-Metadata is not names with values in base64") from None
        if name in told:
            raise RequestFault("request.invalid", "Upload-Metadata says one thing twice", actual=name[:40])
        told[name] = decoded
    return told


def _fields(progress: Progress) -> dict[str, str]:
    expires = format_datetime(progress.expires.astimezone(datetime.UTC), usegmt=True)
    fields = {"Upload-Offset": str(progress.offset), "Upload-Length": str(progress.upload.size)}
    return fields if progress.offset == progress.upload.size else {**fields, "Upload-Expires": expires}


def _answer(status: int, fields: dict[str, str]) -> Response:
    return Response(None, status, {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **fields})
