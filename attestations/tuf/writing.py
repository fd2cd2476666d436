"""Metadata as it is written: each role's content, and the file around it.

    {"signatures":[{"keyid":"<hex>","sig":"<hex>"}],"signed":<the canonical bytes that the signatures are over>}

TUF's canonical form is JSON where no text in it has a control character, and stands in the file as it was signed. Keys
in PEM have line breaks: a part with such a text is written as JSON of the same value.

Spec: TUF 1.0.34, section 4; TAP 15 (succinct roles)
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..olpc import canonical
from .metadata import Signature
from .roles import DelegatedRole, Delegations, Key, Role, SuccinctRoles

SPEC_VERSION = "1.0.31"
"""The version of TUF that the libraries write which are to read it."""

_CONTROL = re.compile(rb"[\x00-\x1f]")

Part = Mapping[str, Any]
"""What is signed of a file, as JSON."""


def timestamp_part(version: int, expires: datetime.datetime, snapshot: Mapping[str, Any]) -> Part:
    """A timestamp; `snapshot` is what `file_part` says of the snapshot."""
    return _part("timestamp", version, expires) | {"meta": {"snapshot.json": snapshot}}


def snapshot_part(version: int, expires: datetime.datetime, files: Mapping[str, Any]) -> Part:
    """A snapshot; `files` is what `file_part` says of each file of targets, by its name with the suffix."""
    return _part("snapshot", version, expires) | {"meta": files}


def targets_part(
    version: int, expires: datetime.datetime, targets: Mapping[str, Any], delegations: Delegations | None = None
) -> Part:
    """Targets; `targets` is what `target_part` says of each file, by its path."""
    handed_on = {} if delegations is None else {"delegations": delegations_part(delegations)}
    return _part("targets", version, expires) | {"targets": targets} | handed_on


def _part(kind: str, version: int, expires: datetime.datetime) -> dict[str, Any]:
    return {"_type": kind, "spec_version": SPEC_VERSION, "version": version, "expires": written_time(expires)}


def written_time(moment: datetime.datetime) -> str:
    """A moment as TUF spells it, to the second, in UTC."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def file_part(version: int, length: int, sha256: str) -> Part:
    """What a list says of a file of metadata: its length in bytes, its SHA-256 in hex."""
    return {"version": version, "length": length, "hashes": {"sha256": sha256}}


def target_part(length: int, sha256: str, custom: Mapping[str, Any]) -> Part:
    """What a list says of a file that users install; `custom` is whatever the list's owner adds."""
    return {"length": length, "hashes": {"sha256": sha256}, "custom": custom}


def key_part(key: Key) -> Part:
    """A key, as roles know it."""
    return {"keytype": key.keytype, "scheme": key.scheme, "keyval": {"public": key.public}}


def role_part(role: Role) -> Part:
    """Whose keys sign, and how many of them."""
    return {"keyids": list(role.keyids), "threshold": role.threshold}


def delegations_part(delegations: Delegations) -> Part:
    """To whom a role hands on."""
    keys = {keyid: key_part(key) for keyid, key in delegations.keys.items()}
    roles = delegations.roles
    if isinstance(roles, SuccinctRoles):
        succinct = {"bit_length": roles.bit_length, "name_prefix": roles.prefix}
        return {"keys": keys, "succinct_roles": {**role_part(roles.role), **succinct}}
    return {"keys": keys, "roles": [_delegated(each) for each in roles]}


def _delegated(role: DelegatedRole) -> Part:
    name, values = ("paths", role.paths) if role.prefixes is None else ("path_hash_prefixes", role.prefixes)
    return {"name": role.name, "terminating": role.terminating, **role_part(role.role), name: list(values or ())}


def covered_bytes(part: Part) -> bytes:
    """What the signatures on a file that says `part` are over."""
    return canonical(part)


def write_metadata(part: Part, covered: bytes, signatures: Iterable[Signature]) -> bytes:
    """The file that says `part`; its `signatures` are over `covered`, which is its `covered_bytes`."""
    listed = [{"keyid": each.keyid, "sig": each.value.hex()} for each in signatures]
    signed = _written(part) if _CONTROL.search(covered) else covered
    return b'{"signatures":%s,"signed":%s}\n' % (_written(listed), signed)


def _written(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")
