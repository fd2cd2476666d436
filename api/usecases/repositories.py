"""Follow a TUF repository: what the workflow asks for is fetched, what it keeps is kept, and a target is its bytes.

refresh    the metadata of now, or why not
download   a target that a role of it lists, of the length and hashes that it lists
"""

from __future__ import annotations

import datetime
from collections.abc import Generator
from typing import TypeVar

from msgspec import Struct

from attestations.limits import Limits
from verifier.faults import UpdateFault
from verifier.updates.tuf.client import Ask, Bounds, Fetch, Keep, Kept, Session, find, refresh
from verifier.updates.tuf.names import target_files
from verifier.updates.tuf.trusted import check_target

from ..effects.kept_metadata import KeptMetadata
from ..effects.repository import Repository

Result = TypeVar("Result")


class Following(Struct, frozen=True):
    """Where metadata comes from, and what was kept of it."""

    repository: Repository
    kept: KeptMetadata

    def refresh(self, *, now: datetime.datetime, limits: Limits, bounds: Bounds) -> Session:
        """All that is trusted at `now`.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``.
            UpdateFault: ``update.*``.
        """
        return self._drive(refresh(now=now, limits=limits, bounds=bounds))

    def download(self, session: Session, path: str, targets: Repository) -> bytes:
        """The bytes of the target at `path`, out of the repository `targets`.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``.
            UpdateFault: ``update.*``.
            LimitFault: ``limit.delegations``.
        """
        found = self._drive(find(session, path))
        consistent = session.trusted.root.consistent_snapshot
        for name in target_files(path, found.file, consistent=consistent):
            content = targets.fetch(name, found.file.length)
            if content is not None:
                check_target(content, found.file, path)
                return content
        raise UpdateFault("update.missing", "the target is listed and not served", actual=path[:200])

    def _drive(self, steps: Generator[Ask, bytes | None, Result]) -> Result:
        answer: bytes | None = None
        while True:
            try:
                ask = steps.send(answer)
            except StopIteration as end:
                result: Result = end.value
                return result
            answer = self._answer(ask)

    def _answer(self, ask: Ask) -> bytes | None:
        match ask:
            case Kept(role):
                return self.kept.get(role)
            case Keep(role, content):
                self.kept.put(role, content)
                return None
            case Fetch(name, most):
                return self.repository.fetch(name, most)
