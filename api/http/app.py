"""The application: every router, behind one table of permissions, with one form of refusal."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import anyio
from fastapi import Depends, FastAPI

from ..store.changes import Changes
from ..usecases.service.service import Service
from . import problems
from .auth import authorised
from .remembering import Memory
from .routes import ROUTERS

UPLOADS = 64
"""Bodies that may arrive at once straight into the store: each holds a thread."""

LARGE_BODIES = 8
"""Bodies of JSON above a mebibyte that may be in memory at once."""

WAITERS = 64
"""Clients that may wait for a verdict at once: each holds a thread."""


def create_app(service: Service) -> FastAPI:
    """The service over HTTP. `app.state.service` is what its routes reach; nothing is opened or started here."""
    app = FastAPI(
        title="Countersign",
        version=service.settings.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(authorised)],
        lifespan=_life,
    )
    app.state.service = service
    app.state.uploads = anyio.CapacityLimiter(UPLOADS)
    app.state.large_bodies = anyio.CapacityLimiter(LARGE_BODIES)
    app.state.waiters = anyio.CapacityLimiter(WAITERS)
    app.state.memory = Memory(Changes(service.database))
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.memory.close()
