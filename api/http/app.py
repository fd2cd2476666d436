"""The application: every router, behind one table of permissions, with one form of refusal."""

from __future__ import annotations

from fastapi import FastAPI

from ..usecases.service.service import Service
from .routes import ROUTERS


def create_app(service: Service) -> FastAPI:
    """The service over HTTP. `app.state.service` is what its routes reach; nothing is opened or started here."""
    app = FastAPI(title="Countersign", version=service.settings.version, docs_url=None, redoc_url=None)
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    return app
