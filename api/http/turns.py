"""Turns that tenants share: so many at once, and of one tenant so many fewer that it never keeps all others waiting."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import anyio


class Turns:
    """`all_at_once` turns, of which one tenant has `of_one` at most; whoever asks for more waits."""

    def __init__(self, all_at_once: int, of_one: int) -> None:
        self.limiter = anyio.CapacityLimiter(all_at_once)
        self._of_one = of_one
        self._each: dict[str, anyio.CapacityLimiter] = {}

    def of(self, tenant: str) -> anyio.CapacityLimiter:
        """The tenant's own share, to be taken before a turn of the `limiter`: who waits for it keeps nobody waiting."""
        return self._each.setdefault(tenant, anyio.CapacityLimiter(self._of_one))

    @contextlib.asynccontextmanager
    async def turn(self, tenant: str) -> AsyncIterator[None]:
        """One turn of the tenant's."""
        async with self.of(tenant), self.limiter:
            yield
