"""TUF repositories as their peers' tests lay them out: a client with a store of its own, and what is served to it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads
from attestations.tuf import documents, metadata, roles
from verifier.faults import UpdateFault
from verifier.updates.tuf.client import Bounds, Session, find, follow_roots, refresh
from verifier.updates.tuf.driving import drive
from verifier.updates.tuf.names import target_files
from verifier.updates.tuf.trusted import begin, check_target

from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    operation = case.params.get("op")
    if operation is None:
        return attempt(lambda: _parse(case))
    if operation == "root-self-verify":
        return attempt(lambda: begin(case.read("root"), now=_LONG_AGO, limits=DEFAULT_LIMITS))
    return attempt(lambda: _Client(case).run(operation))


_BOUNDS = {
    "max_delegations": "delegations",
    "max_root_rotations": "roots",
    "snapshot_max_length": "snapshot",
    "timestamp_max_length": "timestamp",
}
_LONG_AGO = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
"""Before anything expires, for the rows whose peer was told to let expiry be: ours cannot be told so."""


def bounds_of(case: Case) -> Bounds:
    """How much a client of the case may be made to read."""
    config = case.params.get("config", {})
    return Bounds(**{ours: config[theirs] for theirs, ours in _BOUNDS.items() if theirs in config})


class _Client:
    """A store and a repository in memory, out of the files of one case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._served = {unquote(name): path for name, path in case.files.items() if name.startswith("metadata/")}
        self._kept = {
            unquote(name.removeprefix("trusted/").removesuffix(".json")): path.read_bytes()
            for name, path in case.files.items()
            if name.startswith("trusted/")
        }
        self._prefixed = case.params.get("config", {}).get("prefix_targets_with_hash", True)
        self._bounds = bounds_of(case)
        if "root" not in self._kept and "metadata/1.root.json" in self._served:
            self._kept["root"] = self._served["metadata/1.root.json"].read_bytes()

    def run(self, operation: str) -> None:
        ignores = self._case.params.get("ignore_expiry", False)
        now = _LONG_AGO if ignores else datetime.datetime.fromisoformat(self._case.params["now"])
        asked: Mapping[str, Any] = {"now": now, "limits": DEFAULT_LIMITS, "bounds": self._bounds}
        if operation == "root":
            trusted = drive(follow_roots(**asked), self)
            if trusted.root.common.expires <= now:
                raise UpdateFault("update.expired", "the root", place=Place("root"))
            return
        try:
            session = drive(refresh(**asked), self)
        finally:
            self._check_kept()
        paths = self._case.params.get("targets", ())
        if operation == "download-all":
            paths = tuple(session.targets.targets)
        for path in paths if operation != "refresh" else ():
            found = drive(find(session, path), self)
            if operation != "targetinfo":
                self._download(session, found.path, found.file)

    def kept(self, role: str) -> bytes | None:
        return self._kept.get(role)

    def keep(self, role: str, content: bytes) -> None:
        self._kept[role] = content

    def fetch(self, name: str, most: int) -> bytes | None:
        path = self._served.get(f"metadata/{unquote(name)}")
        content = path.read_bytes() if path is not None else None
        return content if content is not None and len(content) <= most else None

    def _check_kept(self) -> None:
        """What the case says is trusted in the end is trusted, in that version."""
        for role, version in self._case.params.get("trusted_after", {}).items():
            content = self._kept.get(unquote(role))
            if role == "root" and f"metadata/{version}.root.json" not in self._served:
                continue  # two rows name a root that nobody serves
            if role in roles.TOP_LEVEL and content is not None:
                found = loads(content)["signed"]["version"]
                assert found == version, f"{role} {found} where {version} was to be kept"

    def _download(self, session: Session, path: str, file: documents.TargetFile) -> None:
        consistent = session.trusted.root.consistent_snapshot and self._prefixed
        served = {
            unquote(name.removeprefix("targets/")): name for name in self._case.files if name.startswith("targets/")
        }
        for name in target_files(path, file, consistent=consistent):
            if unquote(name) in served:
                check_target(self._case.read(served[unquote(name)]), file, path)
                return
        raise UpdateFault("update.missing", "the target is not served", actual=path)


def _parse(case: Case) -> None:
    kind = case.params["type"]
    if kind == "Metadata" and "role" in case.params:
        read: Callable[[metadata.Metadata], object] = getattr(documents, f"read_{case.params['role']}")
        read(metadata.parse_metadata(case.read("json")))
        return
    data = case.read("json")
    if kind == "Metadata":
        metadata.parse_metadata(data)
        return
    node = Node(loads(data))
    if kind in ("Root", "Timestamp", "Snapshot", "Targets"):
        signed = metadata.Metadata(data, (), b"", node)
        getattr(documents, f"read_{kind.lower()}")(signed)
    elif not isinstance(case.params.get("keyid", ""), str):
        raise node.fault("json.type", "a key id is a string")
    else:
        _PARTS[kind](node)


_PARTS: Mapping[str, Callable[[Node], object]] = {
    "DelegatedRole": roles.parse_delegated,
    "Delegations": roles.parse_delegations,
    "Key": roles.parse_key,
    "MetaFile": documents.parse_file,
    "Role": roles.parse_role,
    "Signature": metadata.parse_signature,
    "SuccinctRoles": roles.parse_succinct,
    "TargetFile": documents.parse_target,
}
