"""What was found a moment ago, for as long as nothing was written since: exact, or forgotten.

Gates ask the same of the same service thousands of times a second. On SQLite it can be told for next to nothing that
the database is as it was, so the same token is of the same principal, and the same question has the same answer. On
PostgreSQL it cannot, and nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from ..store.changes import Changes

MOST = 4096
"""Things that are remembered at once."""

_Found = TypeVar("_Found")


class Memory:
    """Remembers, for one thread at a time: the one that serves requests."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._count: int | None = None
        self._known: dict[Hashable, Any] = {}

    def recall(self, question: Hashable, find: Callable[[], _Found]) -> _Found:
        """What `find` finds, or found since the last commit. A refusal is not remembered."""
        # Counted before anything is read: what is read later may only be newer, and is then soon forgotten.
        count = self._changes.count()
        if count is None:
            return find()
        if count != self._count:
            self._known.clear()
            self._count = count
        if question in self._known:
            known: _Found = self._known[question]
            return known
        found = find()
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[question] = found
        return found

    def close(self) -> None:
        """Let go of the database."""
        self._known.clear()
        self._changes.close()
