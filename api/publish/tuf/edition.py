"""The next edition of a repository. What changes in it is gathered in memory; then it is written from the bottom up.

    1. lists that changed        2. the top list, where it is renewed     3. the snapshot that names them
    4. all of that is on the disk                                         5. the timestamp: now it can be seen

Cut off before the fifth step, clients see the old edition and nothing of the new one; after it, the new one whole. What
was begun in vain stays on the shelf as numbers that are taken, and is swept when later ones have stood for a day.

Lists expire when the top list does, with which they are renewed: that they are today's, snapshot and timestamp say.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from attestations.tuf.documents import File
from attestations.tuf.roles import Delegations
from attestations.tuf.writing import Part, file_part, snapshot_part, targets_part, timestamp_part
from verifier.updates.tuf.due import Lifetimes, is_due

from .bins import Bins
from .keys import Authority, Keyring
from .present import SNAPSHOT, TARGETS, TIMESTAMP, Present, read_bin
from .shelf import Shelf


class Written(Struct, frozen=True):
    """What an edition wrote: how many lists, and which roles besides; how many old files went."""

    lists: int
    roles: tuple[str, ...]
    pruned: int = 0


class Edition:
    """The edition after `present`, made at `now` with the keys in `ring`."""

    def __init__(
        self, shelf: Shelf, present: Present, ring: Keyring, lifetimes: Lifetimes, now: datetime.datetime
    ) -> None:
        self._shelf = shelf
        self._present = present
        self._ring = ring
        self._lifetimes = lifetimes
        self._now = now
        self._read: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def find(self, path: str) -> Mapping[str, Any] | None:
        """What the edition says of `path`; None where it says nothing. Raises: as `present.read_bin`."""
        found: Mapping[str, Any] | None = self._list(self._present.bins.of(path)).get(path)
        return found

    def put(self, path: str, target: Part | None) -> None:
        """Let it say `target` of `path`, or nothing. Raises: as `present.read_bin`."""
        name = self._present.bins.of(path)
        targets = self._list(name)
        if targets.get(path) == target:
            return
        self._changed.add(name)
        if target is None:
            del targets[path]
        else:
            targets[path] = target

    def paths(self) -> Iterable[str]:
        """Every path that it says something of. Raises: as `present.read_bin`."""
        for name in self._present.bins.names():
            yield from self._list(name)

    def _list(self, name: str) -> dict[str, Any]:
        if name not in self._read:
            self._read[name] = dict(read_bin(self._shelf, self._present, name))
        return self._read[name]

    def publish(self, renewed: Delegations | None = None) -> Written:
        """Write the edition, and let it be seen; where nothing changed and nothing is due, nothing is written.

        `renewed` has the top list, and with it all others, signed anew, and says to whom it hands on.

        Raises:
            KeyFault: ``signing.too_few``, ``signing.failed``.
            OutputFault: ``output.unwritable``.
        """
        if renewed is not None:
            for name in self._present.bins.names():
                self._list(name)
                self._changed.add(name)
        roles = self._roles(renewed is not None)
        if not roles:
            return Written(0, ())
        present, writer = self._present, Writer(self._shelf, self._ring, self._lifetimes, self._now)
        files, snapshot = dict(present.snapshot.files), present.timestamp.snapshot
        if SNAPSHOT in roles:
            files |= self._write_lists(writer, renewed)
            snapshot = writer.write_snapshot(files, present.authorities(SNAPSHOT))
        writer.show(present.timestamp.common.version + 1, snapshot, present.authorities(TIMESTAMP))
        shown = {f"{snapshot.version}.{SNAPSHOT}.json", *(f"{file.version}.{name}" for name, file in files.items())}
        return Written(len(self._changed), roles, self._shelf.prune(shown, self._now))

    def _roles(self, renewed: bool) -> tuple[str, ...]:
        """The roles to be signed, besides the lists that changed: each that names one of those, and each that is due.

        A snapshot that is due, and no key of which is at hand, waits for whoever has it.
        """
        present, lifetimes, now = self._present, self._lifetimes, self._now
        due = {
            role for role in (SNAPSHOT, TIMESTAMP) if is_due(present.commons[role], lifetimes.of(role), now)
        } | present.unsettled
        if SNAPSHOT not in present.unsettled and not self._ring.enough(present.authorities(SNAPSHOT)[0]):
            due -= {SNAPSHOT}
        named: tuple[str, ...] = (TARGETS,) if renewed else ()
        named += (SNAPSHOT,) if self._changed or named or SNAPSHOT in due else ()
        return (*named, TIMESTAMP) if named or TIMESTAMP in due else ()

    def _write_lists(self, writer: Writer, renewed: Delegations | None) -> dict[str, File]:
        lists = {name: self._read[name] for name in sorted(self._changed)}
        if renewed is None:
            return writer.write_lists(lists, _signers(self._present.bins), self._present.targets.common.expires)
        written = writer.write_lists(lists, _signers(Bins(renewed)), writer.expires(TARGETS))
        return written | writer.write_top(renewed, self._present.authorities(TARGETS))


def _signers(bins: Bins) -> tuple[Authority, ...]:
    return (Authority(bins.role, bins.keys),)


class Writer:
    """Writes the files of one edition, each under a number that nobody has."""

    def __init__(self, shelf: Shelf, ring: Keyring, lifetimes: Lifetimes, now: datetime.datetime) -> None:
        self._shelf = shelf
        self._ring = ring
        self._lifetimes = lifetimes
        self._now = now
        self._taken = {role: versions[-1] for role, versions in shelf.versions().items()}

    def expires(self, role: str) -> datetime.datetime:
        """Until when what is signed now holds."""
        return self._now + self._lifetimes.of(role)

    def write_lists(
        self,
        lists: Mapping[str, Mapping[str, Any]],
        authorities: tuple[Authority, ...],
        expires: datetime.datetime,
    ) -> dict[str, File]:
        """Write these lists of targets, by name; what the snapshot says of them."""
        written = {}
        for name, targets in lists.items():
            version = self._next(name)
            content = self._ring.sign(name, targets_part(version, expires, targets), authorities)
            written[f"{name}.json"] = self._put(name, version, content)
        return written

    def write_top(self, delegations: Delegations, authorities: tuple[Authority, ...]) -> dict[str, File]:
        """Write the top list, which says nothing of any file and hands on all paths."""
        version = self._next(TARGETS)
        part = targets_part(version, self.expires(TARGETS), {}, delegations)
        return {f"{TARGETS}.json": self._put(TARGETS, version, self._ring.sign(TARGETS, part, authorities))}

    def write_snapshot(self, files: Mapping[str, File], authorities: tuple[Authority, ...]) -> File:
        """Write the snapshot of `files`, by name; what the timestamp says of it."""
        version = self._next(SNAPSHOT)
        part = snapshot_part(version, self.expires(SNAPSHOT), {name: _said(file) for name, file in files.items()})
        return self._put(SNAPSHOT, version, self._ring.sign(SNAPSHOT, part, authorities))

    def show(self, version: int, snapshot: File, authorities: tuple[Authority, ...]) -> None:
        """Write the timestamp that leads to all that."""
        part = timestamp_part(version, self.expires(TIMESTAMP), _said(snapshot))
        self._shelf.show(self._ring.sign(TIMESTAMP, part, authorities))

    def _next(self, role: str) -> int:
        return self._taken.get(role, 0) + 1

    def _put(self, role: str, version: int, content: bytes) -> File:
        self._shelf.put(role, version, content, self._now)
        return File(version, len(content), {"sha256": hashlib.sha256(content).hexdigest()})


def _said(file: File) -> Part:
    assert file.length is not None
    return file_part(file.version, file.length, file.hashes["sha256"])


__all__ = ["Edition", "Writer", "Written"]
