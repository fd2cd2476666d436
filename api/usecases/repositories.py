"""Follow a TUF repository: what the workflow asks for is fetched, what it keeps is kept, and a target is its bytes.

refresh    the metadata of now, or why not
find       what a role of it says of a target
download   a target, of the length and hashes that are listed
"""

from __future__ import annotations

import datetime
from typing import Protocol

from msgspec import Struct

from attestations.limits import Limits
from verifier.faults import UpdateFault
from verifier.updates.tuf.client import Bounds, Found, Session, find, refresh
from verifier.updates.tuf.driving import drive
from verifier.updates.tuf.names import target_files
from verifier.updates.tuf.trusted import check_target


class Fetching(Protocol):
    """Whatever serves files by name: see `api.effects.repository`."""

    def fetch(self, name: str, most: int) -> bytes | None:
        """The file `name`, None where there is none or it has more than `most` bytes."""
        ...


class Keeping(Protocol):
    """Whatever keeps metadata by role: see `api.effects.kept_metadata`."""

    def get(self, role: str) -> bytes | None:
        """What was kept of `role`, None where nothing was."""
        ...

    def put(self, role: str, content: bytes) -> None:
        """Keep `content` in the place of what was kept of `role`."""
        ...


class Following(Struct, frozen=True):
    """Where metadata comes from, and what was kept of it."""

    repository: Fetching
    metadata: Keeping

    def refresh(self, *, now: datetime.datetime, limits: Limits, bounds: Bounds) -> Session:
        """All that is trusted at `now`.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``.
            UpdateFault: ``update.*``.
        """
        return drive(refresh(now=now, limits=limits, bounds=bounds), self)

    def find(self, session: Session, path: str) -> Found:
        """What is listed of the target at `path`.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``.
            UpdateFault: ``update.*``.
            LimitFault: ``limit.delegations``.
        """
        return drive(find(session, path), self)

    def download(self, session: Session, path: str, targets: Fetching) -> bytes:
        """The bytes of the target at `path`, out of the repository `targets`.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``.
            UpdateFault: ``update.*``.
            LimitFault: ``limit.delegations``.
        """
        found = self.find(session, path)
        consistent = session.trusted.root.consistent_snapshot
        for name in target_files(path, found.file, consistent=consistent):
            content = targets.fetch(name, found.file.length)
            if content is not None:
                check_target(content, found.file, path)
                return content
        raise UpdateFault("update.missing", "the target is listed and not served", actual=path[:200])

    def kept(self, role: str) -> bytes | None:
        return self.metadata.get(role)

    def keep(self, role: str, content: bytes) -> None:
        self.metadata.put(role, content)

    def fetch(self, name: str, most: int) -> bytes | None:
        return self.repository.fetch(name, most)
