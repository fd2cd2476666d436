"""What the four roles of TUF say, once their signatures were found good.

    root       whose keys sign each role           timestamp  which snapshot there is now
    snapshot   which targets files, of one moment   targets    which files, and to whom it hands on

Members that are not named here are somebody's own and mean nothing to us; the signature covers them all the same.

Spec: TUF 1.0.34, sections 4.3 to 4.6
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct

from ..faults import FormatFault
from ..strict_json import Node
from .metadata import Metadata
from .roles import TOP_LEVEL, Delegations, Key, Role, parse_delegations, parse_keys, parse_role

_SPEC_VERSION = re.compile(r"([0-9]{1,9})(\.[0-9]{1,9}){1,2}", re.ASCII)
_EXPIRES = "%Y-%m-%dT%H:%M:%SZ"

Read = TypeVar("Read")


class Common(Struct, frozen=True):
    """What every role says of itself: its version, from 1, and when it stops being valid (aware, UTC, exclusive)."""

    version: int
    expires: datetime.datetime


class File(Struct, frozen=True):
    """What is known of a file of metadata: its version; its length in bytes and hashes (hex) where they are given."""

    version: int
    length: int | None
    hashes: Mapping[str, str]


class TargetFile(Struct, frozen=True):
    """A file that users install: its length in bytes and its hashes (hex), at least one; `custom` is anybody's."""

    length: int
    hashes: Mapping[str, str]
    custom: Node | None = None


class Root(Struct, frozen=True):
    """Whose keys sign which role, all of them known by id; whether files are named by version and hash."""

    common: Common
    keys: Mapping[str, Key]
    roles: Mapping[str, Role]
    consistent_snapshot: bool


class Timestamp(Struct, frozen=True):
    """Which snapshot there is now."""

    common: Common
    snapshot: File


class Snapshot(Struct, frozen=True):
    """`files` by name with its suffix: ``targets.json``."""

    common: Common
    files: Mapping[str, File]


class Targets(Struct, frozen=True):
    """Files by path, and to whom the role hands on."""

    common: Common
    targets: Mapping[str, TargetFile]
    delegations: Delegations | None


def read_root(metadata: Metadata) -> Root:
    """Raises: FormatFault ``json.*``, ``tuf.type``, ``tuf.spec_version``."""
    node = metadata.signed
    common = _common(node, "root")
    roles = node.field("roles")
    if set(roles.object()) != set(TOP_LEVEL):
        raise roles.fault("json.value", "not the four roles", expected=", ".join(TOP_LEVEL))
    consistent = node.get("consistent_snapshot")
    return Root(
        common,
        parse_keys(node.field("keys")),
        {name: parse_role(role) for name, role in roles.members()},
        consistent.boolean() if consistent is not None else False,
    )


def read_timestamp(metadata: Metadata) -> Timestamp:
    """Raises: FormatFault ``json.*``, ``tuf.type``, ``tuf.spec_version``."""
    node = metadata.signed
    return Timestamp(_common(node, "timestamp"), parse_file(node.field("meta").field("snapshot.json")))


def read_snapshot(metadata: Metadata) -> Snapshot:
    """Raises: FormatFault ``json.*``, ``tuf.type``, ``tuf.spec_version``."""
    node = metadata.signed
    return Snapshot(_common(node, "snapshot"), {name: parse_file(file) for name, file in node.field("meta").members()})


def read_targets(metadata: Metadata) -> Targets:
    """Raises: FormatFault ``json.*``, ``tuf.type``, ``tuf.spec_version``."""
    node = metadata.signed
    delegations = node.get("delegations")
    return Targets(
        _common(node, "targets"),
        {path: parse_target(file) for path, file in node.field("targets").members()},
        parse_delegations(delegations) if delegations is not None else None,
    )


def _common(node: Node, kind: str) -> Common:
    given = node.field("_type")
    if given.text() != kind:
        raise given.fault("tuf.type", "metadata of another role", expected=kind)
    version = node.field("spec_version")
    spelled = _SPEC_VERSION.fullmatch(version.text())
    if spelled is None:
        raise version.fault("json.value", "not a version", expected="1.0.34")
    if spelled[1] != "1":
        raise version.fault("tuf.spec_version", "a version of TUF that is not read here", expected="1.0")
    return Common(_counted(node.field("version"), 1), _expires(node.field("expires")))


def _expires(node: Node) -> datetime.datetime:
    try:
        moment = datetime.datetime.strptime(node.text(), _EXPIRES).replace(tzinfo=datetime.UTC)
    except ValueError:
        raise node.fault("json.value", "not a time", expected="2026-01-01T00:00:00Z") from None
    if moment.strftime(_EXPIRES) != node.text():
        raise node.fault("json.value", "not a time", expected="2026-01-01T00:00:00Z")
    return moment


def _counted(node: Node, least: int) -> int:
    if node.integer() < least:
        raise node.fault("json.value", "out of range", expected=f"at least {least}")
    return node.integer()


def _optional(node: Node, name: str, read: Callable[[Node], Read]) -> Read | None:
    given = node.get(name)
    return read(given) if given is not None else None


def parse_file(node: Node) -> File:
    """What is said of a file of metadata. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    return File(
        _counted(node.field("version"), 1),
        _optional(node, "length", lambda length: _counted(length, 0)),
        _optional(node, "hashes", _hashes) or {},
    )


def parse_target(node: Node) -> TargetFile:
    """What is said of a target. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    return TargetFile(_counted(node.field("length"), 0), _hashes(node.field("hashes")), node.get("custom"))


def _hashes(node: Node) -> Mapping[str, str]:
    hashes = {name: value.text() for name, value in node.members()}
    if not hashes:
        raise FormatFault("json.value", "no hash", place=node.place, expected="at least one")
    return hashes
