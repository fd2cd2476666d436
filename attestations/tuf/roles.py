"""Who may sign: keys by id, roles with thresholds, and what a role hands on to others.

    role         {"keyids": […], "threshold": n}
    delegation   a role with a name, and either the patterns or the hash prefixes of the paths it may speak of
    succinct     2^bit_length roles of one prefix, which share out all paths by their hashes

A key id is a name and no more: parties are counted by key material, which is the verifier's to load.

Spec: TUF 1.0.34, sections 4.3 (root.json), 4.5 (targets.json); TAP 15 (succinct roles)
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..strict_json import Node

TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")

BIT_LENGTHS = range(1, 33)


class Key(Struct, frozen=True):
    """A key as it is spelled: `public` is PEM, or the hex of an Ed25519 key."""

    keytype: str
    scheme: str
    public: str


class Role(Struct, frozen=True):
    """The ids of the keys that may sign, and how many of their owners must."""

    keyids: tuple[str, ...]
    threshold: int


class DelegatedRole(Struct, frozen=True):
    """A role by name, for the paths that match `paths` or whose SHA-256 begins with one of `prefixes`: one of both."""

    name: str
    role: Role
    terminating: bool
    paths: tuple[str, ...] | None
    prefixes: tuple[str, ...] | None


class SuccinctRoles(Struct, frozen=True):
    """2^`bit_length` roles, called ``<prefix>-<number in hex>``, all signed by `role`."""

    role: Role
    bit_length: int
    prefix: str


class Delegations(Struct, frozen=True):
    """To whom a role hands on, in order of preference, or by hash; and the keys they are known by."""

    keys: Mapping[str, Key]
    roles: tuple[DelegatedRole, ...] | SuccinctRoles


def parse_keys(node: Node) -> dict[str, Key]:
    """Keys by id. Raises: FormatFault ``json.type``, ``json.missing``."""
    return {keyid: parse_key(key) for keyid, key in node.members()}


def parse_key(node: Node) -> Key:
    """One key, of whatever type. Raises: FormatFault ``json.type``, ``json.missing``."""
    public = node.field("keyval").get("public")
    return Key(node.field("keytype").text(), node.field("scheme").text(), public.text() if public is not None else "")


def parse_role(node: Node) -> Role:
    """One role. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    keyids = node.field("keyids")
    ids = tuple(item.text() for item in keyids.items())
    if len(set(ids)) != len(ids):
        raise keyids.fault("json.value", "one key id twice", expected="each once")
    threshold = node.field("threshold")
    if threshold.integer() < 1:
        raise threshold.fault("json.value", "a threshold that nobody must meet", expected="at least 1")
    return Role(ids, threshold.integer())


def parse_delegations(node: Node) -> Delegations:
    """What ``delegations`` says. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    keys = parse_keys(node.field("keys"))
    roles, succinct = node.get("roles"), node.get("succinct_roles")
    if (roles is None) is (succinct is None):
        raise node.fault("json.value", "not one of the two", expected="either roles or succinct_roles")
    if succinct is not None:
        return Delegations(keys, parse_succinct(succinct))
    assert roles is not None
    named = tuple(map(parse_delegated, roles.items()))
    if len({each.name for each in named}) != len(named):
        raise roles.fault("json.value", "one role name twice", expected="each once")
    return Delegations(keys, named)


def parse_delegated(node: Node) -> DelegatedRole:
    """One delegated role. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    name = node.field("name")
    if not name.text() or name.text() in TOP_LEVEL:
        raise name.fault("json.value", "not the name of a delegated role")
    paths, prefixes = _texts(node, "paths"), _texts(node, "path_hash_prefixes")
    if (paths is None) is (prefixes is None):
        raise node.fault("json.value", "not one of the two", expected="either paths or path_hash_prefixes")
    return DelegatedRole(name.text(), parse_role(node), node.field("terminating").boolean(), paths, prefixes)


def _texts(node: Node, name: str) -> tuple[str, ...] | None:
    given = node.get(name)
    return tuple(item.text() for item in given.items()) if given is not None else None


def parse_succinct(node: Node) -> SuccinctRoles:
    """Succinct roles. Raises: FormatFault ``json.type``, ``json.missing``, ``json.value``."""
    length = node.field("bit_length")
    if length.integer() not in BIT_LENGTHS:
        raise length.fault("json.value", "out of range", expected="1 to 32")
    return SuccinctRoles(parse_role(node), length.integer(), node.field("name_prefix").text())
