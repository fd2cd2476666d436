"""The program, in a directory of its own."""

from __future__ import annotations

from tests.api.conftest import here, home, program, quick_keys

__all__ = ["here", "home", "program", "quick_keys"]
