"""Every route, one file a resource. A resource is added by its line in `ROUTERS`, and its rows in `permissions`."""

from __future__ import annotations

from fastapi import APIRouter

from . import (
    artifacts,
    catalogue,
    evidence,
    health,
    identities,
    login,
    manifests,
    openapi,
    policies,
    releases,
    statements,
    tokens,
    trail,
    trust_roots,
    updates,
    uploads,
    verdicts,
    verifications,
    waivers,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    artifacts.router,
    uploads.router,
    evidence.router,
    manifests.router,
    policies.router,
    trust_roots.router,
    verifications.router,
    verdicts.router,
    trail.router,
    openapi.router,
    health.router,
    tokens.router,
    identities.router,
    login.router,
    webhooks.router,
    catalogue.router,
    releases.router,
    statements.router,
    waivers.router,
    updates.router,
)
