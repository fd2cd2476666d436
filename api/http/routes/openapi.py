"""``/v1/openapi.json``: what can be asked here, for people and for the tools that make clients."""

from __future__ import annotations

import functools

import msgspec
from fastapi import APIRouter, Request, Response

from ..answers import JSON, answer, gives_bytes
from ..auth import Reached
from ..openapi import document

router = APIRouter(prefix="/v1", tags=["openapi"])


@router.get("/openapi.json", summary="This document", responses=gives_bytes(JSON), response_class=Response)
def openapi(request: Request, service: Reached) -> Response:
    """OpenAPI 3.1, with examples for every operation and every problem."""
    return answer(request, _document(service.settings.version))


@functools.cache
def _document(version: str) -> bytes:
    from . import ROUTERS

    return msgspec.json.encode(document(ROUTERS, version))
