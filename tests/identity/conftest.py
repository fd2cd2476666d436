"""What these tests share: backends, where a test runs over both."""

from __future__ import annotations

from tests.backends import backend, embedded_backend, large_backend, object_server, postgresql_server, schema_template

__all__ = ["backend", "embedded_backend", "large_backend", "object_server", "postgresql_server", "schema_template"]
