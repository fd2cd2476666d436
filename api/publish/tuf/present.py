"""What a repository says now: read from its directory, as far as the signatures there hold.

    1.root ──► … ──► n.root      timestamp ──► snapshot ──► targets ──► bins

Whoever can write into a directory that is served is not thereby somebody whose words get signed: nothing of an edition
is taken over into the next that does not verify. Expiry is no obstacle here, since it is what the next one mends. What
the version of the root before the newest allows is taken too: a change of keys may have been cut off halfway.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from attestations.limits import DEFAULT_LIMITS
from attestations.tuf.documents import (
    Common,
    Root,
    Snapshot,
    Targets,
    Timestamp,
    read_snapshot,
    read_targets,
    read_timestamp,
)
from attestations.tuf.metadata import Metadata, parse_metadata
from verifier.faults import UpdateFault
from verifier.updates.tuf.thresholds import check_threshold
from verifier.updates.tuf.trusted import Trusted, add_root, begin, check_file

from .bins import Bins
from .keys import Authority, authority_of
from .shelf import Shelf

TARGETS, SNAPSHOT, TIMESTAMP = "targets", "snapshot", "timestamp"


class Present(Struct, frozen=True):
    """An edition: its roots, the newest first, one or two; what each role says; the bytes of the snapshot's length.

    `unsettled` names the roles that the newest root would not take as they are signed.
    """

    roots: tuple[Root, ...]
    timestamp: Timestamp
    snapshot: Snapshot
    targets: Targets
    bins: Bins
    unsettled: frozenset[str]

    def authorities(self, role: str) -> tuple[Authority, ...]:
        """Who may sign `role`: by the newest root first."""
        return tuple(authority_of(root, role) for root in self.roots)

    @property
    def commons(self) -> dict[str, Common]:
        """Version and expiry of each role, in the order in which clients read them."""
        return {
            "root": self.roots[0].common,
            TIMESTAMP: self.timestamp.common,
            SNAPSHOT: self.snapshot.common,
            TARGETS: self.targets.common,
        }


def newest_roots(contents: Sequence[bytes]) -> tuple[Root, ...]:
    """The newest root that the chain of `contents` leads to, and the one before where there is one.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.missing``: there is none; ``update.unsigned``, ``update.inconsistent``.
    """
    if not contents:
        raise UpdateFault("update.missing", "the repository has no root", expected="1.root.json")
    trusted: Trusted = begin(contents[0], now=datetime.datetime.max.replace(tzinfo=datetime.UTC), limits=DEFAULT_LIMITS)
    roots = [trusted.root]
    for content in contents[1:]:
        trusted = add_root(trusted, content)
        roots.append(trusted.root)
    return tuple(reversed(roots[-2:]))


def read_present(shelf: Shelf, following: bytes | None = None) -> Present:
    """The edition on the shelf, under its newest root; or under the root `following`, which is not there yet.

    Raises:
        InputFault: ``input.not_found``, ``input.unreadable``.
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``, ``update.inconsistent``, ``update.missing``.
    """
    held = shelf.roots()
    roots = newest_roots(held if following is None else (*held, following))
    unsettled = set()

    def verified(role: str, content: bytes) -> Metadata:
        metadata = parse_metadata(content, source=role)
        if not _holds(metadata, roots, role):
            unsettled.add(role)
        return metadata

    timestamp = read_timestamp(verified(TIMESTAMP, shelf.read(TIMESTAMP, None)))
    content = shelf.read(SNAPSHOT, timestamp.snapshot.version)
    check_file(content, timestamp.snapshot, SNAPSHOT)
    snapshot = read_snapshot(verified(SNAPSHOT, content))
    listed = snapshot.files[f"{TARGETS}.json"]
    content = shelf.read(TARGETS, listed.version)
    check_file(content, listed, TARGETS)
    targets = read_targets(verified(TARGETS, content))
    if targets.delegations is None or targets.delegations.roles == ():
        raise UpdateFault("update.missing", "the top list hands on to no other", actual=TARGETS)
    return Present(roots, timestamp, snapshot, targets, Bins(targets.delegations), frozenset(unsettled))


def _holds(metadata: Metadata, roots: tuple[Root, ...], role: str) -> bool:
    """Whether the newest root takes it as it is signed; else the one before does, or it is refused.

    Raises:
        UpdateFault: ``update.unsigned``.
    """
    newest, *before = roots
    try:
        check_threshold(metadata, newest.roles[role], newest.keys, role)
    except UpdateFault:
        for root in before:
            check_threshold(metadata, root.roles[role], root.keys, role)
            return False
        raise
    return True


def read_bin(shelf: Shelf, present: Present, name: str) -> Mapping[str, Any]:
    """What the list called `name` says of each path. Raises: as `read_present`."""
    listed = present.snapshot.files.get(f"{name}.json")
    if listed is None:
        raise UpdateFault("update.missing", f"the snapshot lists no metadata of {name}")
    content = shelf.read(name, listed.version)
    check_file(content, listed, name)
    metadata = parse_metadata(content, source=name)
    check_threshold(metadata, present.bins.role, present.bins.keys, name)
    targets: Mapping[str, Any] = metadata.signed.field("targets").object()
    return targets
