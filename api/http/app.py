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
from .turns import Turns

UPLOADS, UPLOADS_OF_ONE = 64, 16
"""Bodies that may arrive at once straight into the store, of all and of one tenant: each holds a thread."""

LARGE_BODIES, LARGE_BODIES_OF_ONE = 8, 4
"""Bodies of JSON above a mebibyte that may be in memory at once, of all and of one tenant."""

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
    app.state.uploads = Turns(UPLOADS, UPLOADS_OF_ONE)
    app.state.large_bodies = Turns(LARGE_BODIES, LARGE_BODIES_OF_ONE)
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
