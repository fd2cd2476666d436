"""Refusals over HTTP: one form for all of them, out of a fault and its row in the table of reasons.

    {"type": "<base>/reasons#request.invalid", "title": …, "status": 422, "detail": …, "reason": "request.invalid",
     "remedy": …, "request": "<id>", "pointer"?: "/artifact/sha256", "expected"?: …, "actual"?: …}

The reason is what programs go by. Verdicts are no problems: that an artifact FAILED is the answer that was asked for.

Spec: RFC 9457 (problem details), RFC 9110 section 15 (status codes)
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from attestations.faults import Fault
from verifier.reasons import REASONS
from verifier.uris import TYPE_BASE

from ..effects.faults import RequestFault

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which to come again, where nothing says better."""

# fmt: off
STATUS: Mapping[str, int] = {
    # by code
    "access.missing": 401, "request.key_reused": 409, "request.media_type": 415, "request.malformed": 400,
    "request.method": 405, "request.not_found": 404, "request.too_large": 413, "request.too_slow": 408,
    "blob.damaged": 500, "blob.digest_mismatch": 409, "blob.missing": 410,
    "tenant.not_found": 404, "token.not_found": 404, "token.role_unknown": 422, "token.scope_unknown": 422,
    "identity.not_found": 404, "identity.unanchored": 422, "identity.claim_unknown": 422, "identity.unbound": 403,
    "identity.issuer_unreachable": 503, "login.cross_site": 403, "login.unavailable": 404, "login.state": 400,
    "token.name": 422, "throttle.unknown": 422,
    "tenant.exists": 409, "tenant.name": 422, "token.exceeds": 403,
    "policy.version_taken": 409, "verdict.exists": 409, "verdict.unsigned": 404,
    "appeal.answered": 409, "catalogue.taken": 409, "release.exists": 409, "withdrawal.exists": 409,
    "trust.too_many": 409, "update.equivocation": 409, "webhook.too_many": 409, "egress.unavailable": 501,
    "upload.offset": 409, "upload.too_many": 409, "upload.version": 412,
    "service.bug": 500, "store.full": 507,
    # by area
    "access": 403, "limit": 413, "throttle": 429,
    "tenant": 403, "token": 401, "identity": 401, "login": 401,
    "judge": 503, "service": 503, "signer": 503, "store": 503,
}
# fmt: on
"""The status of a reason, by its code or else by its area; that of the rest is 422: it cannot be done as asked."""


def status_of(reason: str) -> int:
    """The status that a refusal for `reason` has."""
    return STATUS.get(reason) or STATUS.get(reason.partition(".")[0], 422)


def problem(fault: Fault, request_id: str) -> dict[str, Any]:
    """The body of a refusal."""
    row = REASONS[fault.reason]
    tree = {
        "type": f"{TYPE_BASE}/reasons#{fault.reason}",
        "title": row.title,
        "status": status_of(fault.reason),
        "detail": fault.detail,
        "reason": fault.reason,
        "remedy": row.remedy,
        "request": request_id,
        "pointer": fault.place.pointer,
        "expected": fault.expected,
        "actual": fault.actual,
    }
    return {name: value for name, value in tree.items() if value is not None}


def refuse(request: Request, fault: Fault, **headers: str) -> JSONResponse:
    """The answer that refuses."""
    tree = problem(fault, request.scope.get("state", {}).get("request_id", ""))
    status = tree["status"]
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = str(getattr(fault, "retry_after", RETRY_AFTER))
    return JSONResponse(tree, status, headers={"Cache-Control": "no-store", **headers}, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Have every refusal of `app` take this form."""
    app.add_exception_handler(Fault, _fault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Fault):
        raise TypeError("a fault")
    return refuse(request, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What FastAPI finds wrong with a path, a query or a header."""
    if not isinstance(error, RequestValidationError):
        raise TypeError("a validation error")
    first = error.errors()[0]
    where = " ".join(map(str, first["loc"]))
    return refuse(request, RequestFault("request.invalid", f"{where}: {first['msg']}"))


async def _http(request: Request, error: Exception) -> JSONResponse:
    """What the router itself refuses: there is no such path, or not that method."""
    if not isinstance(error, HTTPException):
        raise TypeError("an HTTP exception")
    reason = {404: "request.not_found", 405: "request.method", 413: "request.too_large"}.get(
        error.status_code, "request.malformed"
    )
    return refuse(request, RequestFault(reason, str(error.detail)), **dict(error.headers or {}))


async def _bug(request: Request, error: Exception) -> JSONResponse:
    """Anything else is a bug of ours: said so, in the log with its trace, and to the client without."""
    logging.getLogger("countersign.http").error("a bug", exc_info=error)
    return refuse(request, RequestFault("service.bug", "something went wrong here; the operator's log has it"))
