"""The client's workflow, without an effect: it asks for bytes, is sent them, and says what to keep.

    refresh   1. the root that was kept, and every one after it     3. the snapshot that it names
              2. the timestamp                                      4. the targets that this lists
    find      5. the roles that speak of a path, in order, until one of them knows it

Both are generators of `Kept`, `Fetch` and `Keep`. Whoever drives them answers the first two with bytes, or None where
there are none, and has kept what a `Keep` holds before going on. Nothing is to be kept that did not verify.

Spec: TUF 1.0.34, section 5
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterator

from msgspec import Struct

from attestations.faults import Fault, LimitFault
from attestations.limits import Limits
from attestations.tuf.documents import TargetFile, Targets

from ...faults import UpdateFault
from .delegations import roles_for
from .names import role_file
from .trusted import (
    TOP,
    Trusted,
    add_root,
    add_snapshot,
    add_timestamp,
    begin,
    check_snapshot,
    check_targets,
    check_timestamp,
    listed_file,
    signers_of,
)


class Bounds(Struct, frozen=True):
    """How much a repository may make us read: bytes of a file of each role, roots to follow, roles to search."""

    root: int = 512_000
    timestamp: int = 16_384
    snapshot: int = 2_000_000
    targets: int = 5_000_000
    roots: int = 256
    delegations: int = 32


class Kept(Struct, frozen=True):
    """Wanted: what was kept of this role."""

    role: str


class Fetch(Struct, frozen=True):
    """Wanted: the repository's file of this name, of `most` bytes at most. A longer one is not there."""

    name: str
    most: int


class Keep(Struct, frozen=True):
    """To be kept, in the place of what was kept of the role before."""

    role: str
    content: bytes


Ask = Kept | Fetch | Keep
Steps = Generator[Ask, bytes | None, "Session"]


class Session(Struct, frozen=True):
    """What a refresh came to: all that is trusted, and the top targets."""

    trusted: Trusted
    targets: Targets
    bounds: Bounds


class Found(Struct, frozen=True):
    """A target and the role that speaks for it; the fingerprints of all keys by which it came to speak for it."""

    path: str
    file: TargetFile
    role: str
    signers: frozenset[str]


def refresh(*, now: datetime.datetime, limits: Limits, bounds: Bounds) -> Steps:
    """From the root that was kept to the targets of now.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.*``.
    """
    trusted = yield from follow_roots(now=now, limits=limits, bounds=bounds)
    trusted = yield from follow_timestamp(trusted, bounds)
    trusted = yield from follow_snapshot(trusted, bounds)
    targets = yield from load_targets(trusted, TOP, None, bounds)
    return Session(trusted, targets, bounds)


def follow_roots(*, now: datetime.datetime, limits: Limits, bounds: Bounds) -> Generator[Ask, bytes | None, Trusted]:
    """The newest root that the one kept leads to, one version at a time. Raises: as `refresh`."""
    first = yield Kept("root")
    if first is None:
        raise UpdateFault("update.missing", "no root was ever handed over", expected="a first root, given by --root")
    trusted = begin(first, now=now, limits=limits)
    for _ in range(bounds.roots):
        data = yield Fetch(role_file("root", trusted.root.common.version + 1), bounds.root)
        if data is None:
            break
        trusted = add_root(trusted, data)
        yield Keep("root", data)
    return trusted


def follow_timestamp(trusted: Trusted, bounds: Bounds) -> Generator[Ask, bytes | None, Trusted]:
    """The repository's timestamp, not older than the one kept. Raises: as `refresh`."""
    kept = yield Kept("timestamp")
    if kept is not None:
        try:
            trusted = add_timestamp(trusted, kept)
        except Fault as fault:
            # Kept under keys that the root has replaced since, it says nothing any more (5.3.11).
            if fault.reason == "update.expired":
                raise
    data = yield Fetch(role_file("timestamp", None), bounds.timestamp)
    if data is None:
        raise _absent("timestamp")
    followed = add_timestamp(trusted, data)
    check_timestamp(followed)
    if followed is not trusted:
        yield Keep("timestamp", data)
    return followed


def follow_snapshot(trusted: Trusted, bounds: Bounds) -> Generator[Ask, bytes | None, Trusted]:
    """The snapshot that the timestamp names, older in nothing than the one kept. Raises: as `refresh`."""
    kept = yield Kept("snapshot")
    if kept is not None:
        try:
            trusted = add_snapshot(trusted, kept, kept=True)
            check_snapshot(trusted)
        except Fault:
            pass  # of another version, expired, or under keys replaced since: what stays of it is to compare with
        else:
            return trusted
    assert trusted.timestamp is not None
    wanted = trusted.timestamp.snapshot
    name = role_file("snapshot", wanted.version if trusted.root.consistent_snapshot else None)
    data = yield Fetch(name, wanted.length if wanted.length is not None else bounds.snapshot)
    if data is None:
        raise _absent("snapshot")
    trusted = add_snapshot(trusted, data, kept=False)
    check_snapshot(trusted)
    yield Keep("snapshot", data)
    return trusted


def load_targets(
    trusted: Trusted, role: str, above: Targets | None, bounds: Bounds
) -> Generator[Ask, bytes | None, Targets]:
    """The targets of `role`, as kept where that is what the snapshot lists. Raises: as `refresh`."""
    kept = yield Kept(role)
    if kept is not None:
        try:
            return check_targets(trusted, kept, role, above)
        except Fault:
            pass  # superseded, or kept under another delegation: the repository's own is asked for
    listed = listed_file(trusted, role)
    name = role_file(role, listed.version if trusted.root.consistent_snapshot else None)
    data = yield Fetch(name, listed.length if listed.length is not None else bounds.targets)
    if data is None:
        raise _absent(role)
    targets = check_targets(trusted, data, role, above)
    yield Keep(role, data)
    return targets


def find(session: Session, path: str) -> Generator[Ask, bytes | None, Found]:
    """The target at `path`: the first role that knows it, in the order of delegation, each role once.

    Raises:
        UpdateFault: ``update.target_unknown``, and as `refresh`.
        LimitFault: ``limit.delegations``.
    """
    pending: list[tuple[str, Targets | None, frozenset[str]]] = [(TOP, None, frozenset())]
    visited: set[str] = set()
    while pending:
        role, above, signers = pending.pop()
        if role in visited:
            continue
        if len(visited) > session.bounds.delegations:
            raise _too_many(session.bounds.delegations)
        targets = (
            session.targets
            if above is None
            else (yield from load_targets(session.trusted, role, above, session.bounds))
        )
        visited.add(role)
        signers |= signers_of(session.trusted, role, above)
        file = targets.targets.get(path)
        if file is not None:
            return Found(path, file, role, signers)
        below, ends = _handed_on(path, targets)
        if ends:
            pending = []
        pending += [(name, targets, signers) for name in reversed(below)]
    raise UpdateFault("update.target_unknown", "no role that may speak of it lists this target", actual=path[:200])


def _handed_on(path: str, targets: Targets) -> tuple[list[str], bool]:
    """The roles to ask next, in order, and whether nobody else is to be asked after them."""
    names: list[str] = []
    for name, terminating in _below(path, targets):
        names.append(name)
        if terminating:
            return names, True
    return names, False


def _below(path: str, targets: Targets) -> Iterator[tuple[str, bool]]:
    if targets.delegations is not None:
        for name, _, terminating in roles_for(path, targets.delegations):
            yield name, terminating


def _absent(role: str) -> UpdateFault:
    return UpdateFault("update.missing", f"the repository does not serve the metadata of {role[:80]!r} that it lists")


def _too_many(most: int) -> LimitFault:
    return LimitFault("limit.delegations", "more roles to search than are searched", expected=f"at most {most}")


__all__ = ["Bounds", "Fetch", "Found", "Keep", "Kept", "Session", "find", "follow_roots", "load_targets", "refresh"]
