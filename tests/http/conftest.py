"""What these tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backends import Backend

from .asking import Asking, asked


@pytest.fixture
def asking(embedded_backend: Backend) -> Iterator[Asking]:
    """A service over HTTP, on one machine."""
    with asked(embedded_backend) as furnished:
        yield furnished


@pytest.fixture
def asking_each(backend: Backend) -> Iterator[Asking]:
    """The same, over each backend."""
    with asked(backend) as furnished:
        yield furnished


@pytest.fixture
def auditor(asking: Asking) -> dict[str, str]:
    """The header that shows an auditor's token."""
    return asking.token()
