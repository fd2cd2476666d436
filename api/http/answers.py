"""Answers: bytes with a tag over them, so that who has them already is told so and no more.

Spec: RFC 9110 sections 8.8.3 (ETag) and 13.1.2 (If-None-Match)
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

JSON, OCTETS = "application/json", "application/octet-stream"

NOTHING: Mapping[str, str] = MappingProxyType({})

DOWNLOAD: Mapping[str, str] = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
"""Of bytes that anybody may have made: they are kept by whoever asks, and opened by nobody's browser."""

Described = dict[int | str, dict[str, Any]]


def gives(model: type[BaseModel], *statuses: int) -> Described:
    """What a route says that it answers with: `model`, under each of `statuses`, 200 where none is named."""
    return {status: {"model": model} for status in statuses or (200,)}


def gives_bytes(media_type: str) -> Described:
    """The same, of bytes that have a form of their own."""
    schema = {"type": "object"} if media_type == JSON else {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}}}


def answer(request: Request, content: bytes, media_type: str = JSON, headers: Mapping[str, str] = NOTHING) -> Response:
    """`content`, or 304 where the client holds just that. What belongs to a tenant is nothing for shared caches."""
    tag = _tag(hashlib.sha256(content).hexdigest())
    fields = {"ETag": tag, "Cache-Control": "private, no-cache", **headers}
    if _holds(request, tag):
        return Response(None, 304, fields)
    return Response(content, 200, fields, media_type)


def stream(
    request: Request, sha256: str, size: int, chunks: Iterator[bytes], headers: Mapping[str, str] = NOTHING
) -> Response:
    """As `answer`, of octets that may be many: they are read as fast as the client takes them, and never held whole.

    Where they turn out to be damaged, the first of them raise; later ones break the connection off before its end.
    """
    tag = _tag(sha256)
    fields = {"ETag": tag, "Cache-Control": "private, no-cache", **headers}
    if _holds(request, tag):
        return Response(None, 304, fields)
    begun = itertools.chain([next(chunks, b"")], chunks)
    return StreamingResponse(begun, 200, fields | {"Content-Length": str(size)}, OCTETS)


def _tag(sha256: str) -> str:
    return f'"{sha256[:32]}"'


def _holds(request: Request, tag: str) -> bool:
    held = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in held.split(","))


def show(request: Request, model: BaseModel, status: int = 200, headers: Mapping[str, str] = NOTHING) -> Response:
    """A wire model in JSON: as an `answer` to a GET, with `status` to everything else."""
    content = written(model)
    if request.method == "GET":
        return answer(request, content, JSON, headers)
    return Response(content, status, {"Cache-Control": "no-store", **headers}, JSON)


def written(model: BaseModel) -> bytes:
    """A wire model in JSON; what is None is left out."""
    return model.model_dump_json(exclude_none=True).encode()
