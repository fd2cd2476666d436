"""Whether the service lives, whether it can work, and the figures of this process.

The first two are for whoever watches the process, and tell nothing about anybody: they ask for no token.
"""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from attestations.faults import Fault

from ...usecases.service.readiness import readiness, waiting
from ..auth import Reached
from ..meters import CONTENT_TYPE, Meters

router = APIRouter(tags=["operations"])

FRESH = {"Cache-Control": "no-store"}


@router.get("/healthz", summary="Whether the process answers", response_class=Response)
async def healthz() -> Response:
    """200 as long as the process can answer at all: it asks no database."""
    return Response(b'{"alive":true}', media_type="application/json", headers=FRESH)


@router.get("/readyz", summary="Whether the service can work", response_class=Response)
def readyz(service: Reached) -> Response:
    """200 where the database, the store of bytes and the signer answer, 503 where one does not, and which."""
    pieces = readiness(service)
    ready = all(piece.reason is None for piece in pieces)
    tree = {"ready": ready, "pieces": {piece.name: piece.reason or "ready" for piece in pieces}}
    return Response(
        msgspec.json.encode(tree), 200 if ready else 503, media_type="application/json", headers=dict(FRESH)
    )


@router.get("/metrics", summary="Figures of this process", response_class=Response)
def metrics(request: Request, service: Reached) -> Response:
    """What Prometheus collects. Where the database is away, what waits keeps its last figure."""
    meters: Meters = request.app.state.meters
    try:
        now = waiting(service)
        meters.waiting(now.count, now.seconds)
    except Fault:
        pass
    return Response(meters.page(), media_type=CONTENT_TYPE, headers=FRESH)
