"""Answers: bytes with a tag over them, so that who has them already is told so and no more.

Spec: RFC 9110 sections 8.8.3 (ETag) and 13.1.2 (If-None-Match)
"""

from __future__ import annotations

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

JSON = "application/json"


def answer(request: Request, content: bytes, media_type: str = JSON, **headers: str) -> Response:
    """`content`, or 304 where the client holds just that. What belongs to a tenant is nothing for shared caches."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    fields = {"ETag": tag, "Cache-Control": "private, no-cache", **headers}
    if _holds(request, tag):
        return Response(None, 304, fields)
    return Response(content, 200, fields, media_type)


def _holds(request: Request, tag: str) -> bool:
    held = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in held.split(","))


def show(request: Request, model: BaseModel, **headers: str) -> Response:
    """A wire model as an `answer`; what is None is left out."""
    return answer(request, written(model), JSON, **headers)


def written(model: BaseModel) -> bytes:
    """A wire model in JSON; what is None is left out."""
    return model.model_dump_json(exclude_none=True).encode()
