"""What these tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backends import Backend, backend

from .asking import Asking, asked


@pytest.fixture
def asking(backend: Backend) -> Iterator[Asking]:
    """A service over HTTP."""
    with asked(backend) as furnished:
        yield furnished


@pytest.fixture
def auditor(asking: Asking) -> dict[str, str]:
    """The header that shows an auditor's token."""
    return asking.token()


__all__ = ["backend"]
