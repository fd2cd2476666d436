"""What these tests share: both backends, and judges."""

from __future__ import annotations

from tests.service.conftest import (
    backend,
    embedded_backend,
    judges,
    large_backend,
    object_server,
    postgresql_server,
    schema_template,
)

__all__ = [
    "backend",
    "embedded_backend",
    "judges",
    "large_backend",
    "object_server",
    "postgresql_server",
    "schema_template",
]
