"""What these tests share: judges."""

from __future__ import annotations

from tests.service.conftest import judges

__all__ = ["judges"]
