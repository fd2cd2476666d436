"""Every route, one file a resource. A resource is added by its line in `ROUTERS`, and its rows in `permissions`."""

from __future__ import annotations

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
