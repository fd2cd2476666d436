"""``/v1/trail``: what was done in the tenant's name, in order, each entry over the one before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ...usecases.service.trail import read_trail
from ..answers import gives, show
from ..auth import Caller, Reached
from ..paging import DEFAULT_SIZE, Size
from ..wire.verdicts import TrailPage, entry_view

router = APIRouter(prefix="/v1/trail", tags=["trail"])


@router.get("", summary="The tenant's trail", responses=gives(TrailPage), response_class=Response)
def trail(
    request: Request,
    caller: Caller,
    service: Reached,
    after: Annotated[int | None, Query(description="the number of an entry", ge=0, le=2**53 - 1)] = None,
    size: Size = DEFAULT_SIZE,
) -> Response:
    """Entries after a number, from the first where none is given. Keep the last hash: what stood before it cannot be
    changed without your seeing it."""
    entries = read_trail(service, caller, after, size)
    following = entries[-1].number if len(entries) == size else None
    return show(request, TrailPage(items=list(map(entry_view, entries)), next=following))
