"""A second client beside ours: what a session saw of a repository goes to both, and is kept when both came to the same.

    our session ─► its files, its store as it was before ─► the other client, at the same moment ─► kept, or not

Nothing of a session is kept before the other client agreed: a root that ours alone accepts would else be what the next
session begins with, and nobody would be asked about it again.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from verifier.updates.tuf.client import Bounds, Found, Session
from verifier.updates.tuf.opinions import Confirmed, confirm

from .repositories import Fetching, Keeping

if TYPE_CHECKING:
    from ..engines.tuf_asking import OtherClient


class Seen:
    """A repository and the store of it as one session meets them: both are written down, and nothing is kept yet.

    A file that was fetched stays the same for the session.
    """

    def __init__(self, repository: Fetching, metadata: Keeping) -> None:
        self._repository = repository
        self._metadata = metadata
        self._before: dict[str, bytes | None] = {}
        self._new: dict[str, bytes] = {}
        self.served: dict[str, bytes] = {}

    @property
    def before(self) -> dict[str, bytes]:
        """What was kept of each role that the session asked for, before it began."""
        return {role: content for role, content in self._before.items() if content is not None}

    def get(self, role: str) -> bytes | None:
        """What is kept of `role`, by this session or before it. Raises: as the store's."""
        if role in self._new:
            return self._new[role]
        if role not in self._before:
            self._before[role] = self._metadata.get(role)
        return self._before[role]

    def put(self, role: str, content: bytes) -> None:
        """Keep `content` for the rest of the session."""
        self._new[role] = content

    def fetch(self, name: str, most: int) -> bytes | None:
        """The file `name`, as it was when the session first fetched it. Raises: as the repository's."""
        if name not in self.served:
            content = self._repository.fetch(name, most)
            if content is None:
                return None
            self.served[name] = content
        content = self.served[name]
        return content if len(content) <= most else None

    def settle(self) -> None:
        """Keep, in its order, what the session kept. Raises: OutputFault ``output.unwritable``."""
        for role, content in self._new.items():
            self._metadata.put(role, content)


class SecondClient(Struct, frozen=True):
    """Whom to ask beside our client, at `now` and within `bounds`; `wanted` is how many must come to the same."""

    other: OtherClient
    now: datetime.datetime
    bounds: Bounds
    wanted: int

    def confirm(self, name: str, seen: Seen, session: Session, path: str | None, found: Found | None) -> Confirmed:
        """Have the other client come to the same of the repository `name`, and keep then what ours did.

        Raises:
            OpinionFault: ``engines.disagree``, ``engines.unmet``.
            OutputFault: ``output.unwritable``.
        """
        from ..engines.tuf_questions import AskedRepository

        asked = AskedRepository(self.now, seen.before, seen.served, self.bounds, path)
        confirmed = confirm(name, session, found, self.other.ask(asked), wanted=self.wanted)
        seen.settle()
        return confirmed
