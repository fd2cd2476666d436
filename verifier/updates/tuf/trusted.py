"""What is trusted of a repository so far, and the rules by which a file of metadata joins it.

    root n ──signed by n and by n+1──► root n+1 … ──not expired──► timestamp ──► snapshot ──► targets ──► delegated

A `Trusted` is a value: each step gives another, or raises and leaves the one before as it was. `now` is one moment for
the whole session. A timestamp or snapshot that is superseded may be expired; one that the next step rests on may not.

Spec: TUF 1.0.34, sections 5.3 (root) to 5.6 (targets)
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from attestations.faults import Place
from attestations.limits import Limits
from attestations.tuf.documents import (
    Common,
    File,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
    read_root,
    read_snapshot,
    read_targets,
    read_timestamp,
)
from attestations.tuf.metadata import parse_metadata
from attestations.tuf.roles import Key, Role

from ...faults import UpdateFault
from .delegations import find_role
from .thresholds import check_threshold, fingerprints

HASHES = ("sha256", "sha384", "sha512")
"""The hashes that are compared. Others are ignored beside one of these, and prove nothing by themselves."""

TOP = "targets"


class Trusted(Struct, frozen=True):
    """One session's trust at `now` (aware, UTC)."""

    now: datetime.datetime
    limits: Limits
    root: Root
    timestamp: Timestamp | None = None
    snapshot: Snapshot | None = None


def begin(data: bytes, *, now: datetime.datetime, limits: Limits) -> Trusted:
    """Trust the root `data`, which somebody handed over, if it is signed by its own keys; be it expired.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``.
    """
    metadata = parse_metadata(data, source="root", limits=limits)
    root = read_root(metadata)
    check_threshold(metadata, root.roles["root"], root.keys, "root")
    return Trusted(now, limits, root)


def add_root(trusted: Trusted, data: bytes) -> Trusted:
    """Follow to the next root: signed as the present one asks, and as it asks itself; one version further.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``, ``update.inconsistent``.
    """
    if trusted.timestamp is not None:
        raise ValueError("the root comes before the timestamp")
    metadata = parse_metadata(data, source="root", limits=trusted.limits)
    check_threshold(metadata, trusted.root.roles["root"], trusted.root.keys, "root")
    root = read_root(metadata)
    check_threshold(metadata, root.roles["root"], root.keys, "root")
    _same_version(root.common, trusted.root.common.version + 1, "root")
    return replace(trusted, root=root)


def add_timestamp(trusted: Trusted, data: bytes) -> Trusted:
    """Take the timestamp `data`. One of the version that is trusted already changes nothing.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.expired`` (the root), ``update.unsigned``, ``update.rollback``.
    """
    if trusted.snapshot is not None:
        raise ValueError("the timestamp comes before the snapshot")
    _not_expired(trusted.root.common, trusted.now, "root")
    metadata = parse_metadata(data, source="timestamp", limits=trusted.limits)
    check_threshold(metadata, trusted.root.roles["timestamp"], trusted.root.keys, "timestamp")
    timestamp = read_timestamp(metadata)
    before = trusted.timestamp
    if before is not None:
        _not_older(timestamp.common.version, before.common.version, "timestamp")
        if timestamp.common.version == before.common.version:
            return trusted
        _not_older(timestamp.snapshot.version, before.snapshot.version, "snapshot")
    return replace(trusted, timestamp=timestamp)


def add_snapshot(trusted: Trusted, data: bytes, *, kept: bool) -> Trusted:
    """Take the snapshot `data`; `kept` says that it verified once and was kept, so that a hash may have changed since.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.expired`` (the timestamp), ``update.inconsistent``, ``update.unsigned``,
            ``update.rollback``.
    """
    timestamp = check_timestamp(trusted)
    if not kept:
        check_file(data, timestamp.snapshot, "snapshot")
    metadata = parse_metadata(data, source="snapshot", limits=trusted.limits)
    check_threshold(metadata, trusted.root.roles["snapshot"], trusted.root.keys, "snapshot")
    snapshot = read_snapshot(metadata)
    for name, file in (trusted.snapshot.files if trusted.snapshot is not None else {}).items():
        now = snapshot.files.get(name)
        if now is None:
            raise UpdateFault("update.rollback", f"the snapshot lists {name[:80]} no more")
        _not_older(now.version, file.version, name)
    return replace(trusted, snapshot=snapshot)


def check_timestamp(trusted: Trusted) -> Timestamp:
    """The timestamp, if it is valid now. Raises: UpdateFault ``update.expired``."""
    if trusted.timestamp is None:
        raise ValueError("the snapshot comes after the timestamp")
    _not_expired(trusted.timestamp.common, trusted.now, "timestamp")
    return trusted.timestamp


def check_snapshot(trusted: Trusted) -> Snapshot:
    """The snapshot, if it is the one that the timestamp names, and valid now.

    Raises:
        UpdateFault: ``update.inconsistent``, ``update.expired``.
    """
    timestamp = check_timestamp(trusted)
    if trusted.snapshot is None:
        raise ValueError("targets come after the snapshot")
    _same_version(trusted.snapshot.common, timestamp.snapshot.version, "snapshot")
    _not_expired(trusted.snapshot.common, trusted.now, "snapshot")
    return trusted.snapshot


def check_targets(trusted: Trusted, data: bytes, role: str, above: Targets | None) -> Targets:
    """The targets `data` of `role`, signed by whom `above` handed on to; None is the root, for the top role.

    Who handed on is part of the question: a role that verified under one delegation is not thereby another's.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``, ``update.inconsistent``, ``update.expired``, ``update.missing``.
    """
    listed = listed_file(trusted, role)
    check_file(data, listed, role)
    keys, signers = _may_sign(trusted, role, above)
    metadata = parse_metadata(data, source=role, limits=trusted.limits)
    check_threshold(metadata, signers, keys, role)
    targets = read_targets(metadata)
    _same_version(targets.common, listed.version, role)
    _not_expired(targets.common, trusted.now, role)
    return targets


def listed_file(trusted: Trusted, role: str) -> File:
    """What the snapshot says of the file of `role`.

    Raises:
        UpdateFault: ``update.missing``, and as `check_snapshot`.
    """
    listed = check_snapshot(trusted).files.get(f"{role}.json")
    if listed is None:
        raise UpdateFault("update.missing", f"the snapshot lists no metadata of {role[:80]!r}")
    return listed


def signers_of(trusted: Trusted, role: str, above: Targets | None) -> frozenset[str]:
    """The fingerprints of the keys that may sign `role`, as `above` handed on to it; None is the root."""
    keys, signers = _may_sign(trusted, role, above)
    return fingerprints(signers, keys)


def _may_sign(trusted: Trusted, role: str, above: Targets | None) -> tuple[Mapping[str, Key], Role]:
    if above is None:
        return trusted.root.keys, trusted.root.roles[TOP]
    signers = find_role(role, above.delegations) if above.delegations is not None else None
    if above.delegations is None or signers is None:
        raise ValueError("a role is taken from one that handed on to it")
    return above.delegations.keys, signers


def check_file(data: bytes, file: File, name: str) -> None:
    """`data` has the length and the hashes that `file` gives; where it gives none, any bytes do.

    Raises:
        UpdateFault: ``update.inconsistent``.
    """
    if file.length is not None and len(data) != file.length:
        raise _differs(name, f"{file.length} bytes", f"{len(data)} bytes")
    if file.hashes:
        _check_hashes(lambda algorithm: hashlib.new(algorithm, data).hexdigest(), file.hashes, name)


def check_target(data: bytes, file: TargetFile, path: str) -> None:
    """`data` is the target that `file` describes.

    Raises:
        UpdateFault: ``update.inconsistent``.
    """
    digests = {algorithm: hashlib.new(algorithm, data).hexdigest() for algorithm in HASHES if algorithm in file.hashes}
    check_measured(len(data), digests, file, path)


def check_measured(length: int, digests: Mapping[str, str], file: TargetFile, path: str) -> None:
    """A file of `length` bytes with these digests (hex) is the target that `file` describes.

    Raises:
        UpdateFault: ``update.inconsistent``.
        KeyError: it was not measured by a hash that `file` lists and that is compared.
    """
    if length != file.length:
        raise _differs(path, f"{file.length} bytes", f"{length} bytes")
    _check_hashes(digests.__getitem__, file.hashes, path)


def _check_hashes(digest: Callable[[str], str], hashes: Mapping[str, str], name: str) -> None:
    known = [algorithm for algorithm in HASHES if algorithm in hashes]
    if not known:
        raise _differs(name, f"a hash of {', '.join(HASHES)}", ", ".join(hashes)[:80])
    for algorithm in known:
        actual = digest(algorithm)
        if actual != hashes[algorithm]:
            raise _differs(name, f"{algorithm}:{hashes[algorithm][:128]}", f"{algorithm}:{actual}")


def _differs(name: str, expected: str, actual: str) -> UpdateFault:
    return UpdateFault(
        "update.inconsistent",
        f"{name[:80]} is not the file that was listed",
        place=Place(name[:80]),
        expected=expected,
        actual=actual,
    )


def _same_version(common: Common, expected: int, name: str) -> None:
    if common.version != expected:
        raise _differs(name, f"version {expected}", f"version {common.version}")


def _not_older(version: int, before: int, name: str) -> None:
    if version < before:
        raise UpdateFault(
            "update.rollback",
            f"{name[:80]} is older than what was accepted before",
            place=Place(name[:80]),
            expected=f"at least version {before}",
            actual=f"version {version}",
        )


def _not_expired(common: Common, now: datetime.datetime, name: str) -> None:
    if common.expires <= now:
        raise UpdateFault(
            "update.expired",
            f"{name[:80]} is no longer valid",
            place=Place(name[:80]),
            expected=f"asked before {common.expires:%Y-%m-%dT%H:%M:%SZ}",
            actual=f"asked at {now:%Y-%m-%dT%H:%M:%SZ}",
        )
