"""Keys of an npm registry, in the two files in which they come.

    from the registry       {"keys": [{"keyid", "keytype", "scheme", "key", "expires"}]}
    from Sigstore's TUF     {"keys": [{"keyId", "keyUsage", "publicKey": {"rawBytes", "keyDetails", "validFor"}}]}

Either is a list of SubjectPublicKeyInfos with windows. The second says of each key what it may sign; in the first, any
key signs both. The key ids are OpenSSH fingerprints: hints that follow from the key, so they are not read.

Spec: https://docs.npmjs.com/about-registry-signatures; sigstore/root-signing, the target with npm's keys
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from .faults import FormatFault
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads
from .trusted_roots import read_moment, read_time_range

ATTESTATIONS, SIGNATURES = "npm:attestations", "npm:signatures"
USAGES = (ATTESTATIONS, SIGNATURES)
"""What a key may be for."""


class NpmKey(Struct, frozen=True):
    """One key: SubjectPublicKeyInfo in DER, what it may sign ("" is both), from when until when (UTC; None is open)."""

    spki: bytes
    usage: str
    start: datetime.datetime | None
    end: datetime.datetime | None


def is_npm_keys(data: bytes) -> bool:
    """Whether these are an npm registry's keys, and no trust root: by the one member that both forms have."""
    try:
        document = loads(data) if b'"keys"' in data and data.lstrip()[:1] == b"{" else None
    except FormatFault:
        return False
    return isinstance(document, dict) and isinstance(document.get("keys"), list)


def parse_npm_keys(data: bytes, source: str, limits: Limits = DEFAULT_LIMITS) -> tuple[NpmKey | FormatFault, ...]:
    """The keys in a file, in its order; in the place of one that cannot be read, why.

    A registry adds keys of new kinds to the list beside those that its packages were signed with: one that is not
    understood must not take the others along. A list may be empty.

    Raises:
        FormatFault: ``json.*`` where the file is no such list.
        LimitFault: ``limit.depth``.
    """
    keys = Node(loads(data, source=source, limits=limits), source).field("keys")
    return tuple(_key_or_fault(item) for item in keys.items())


def _key_or_fault(node: Node) -> NpmKey | FormatFault:
    try:
        return _from_tuf(node) if node.get("publicKey") is not None else _from_registry(node)
    except FormatFault as fault:
        return fault.with_traceback(None)


def _from_registry(node: Node) -> NpmKey:
    return NpmKey(node.field("key").base64(), "", None, read_moment(node.given("expires")))


def _from_tuf(node: Node) -> NpmKey:
    usage, key = node.field("keyUsage"), node.field("publicKey")
    if usage.text() not in USAGES:
        raise usage.fault("json.value", "no usage of a key that is known", expected=" or ".join(USAGES))
    window = read_time_range(key)
    start, end = (window.start, window.end) if window is not None else (None, None)
    return NpmKey(key.field("rawBytes").base64(), usage.text(), start, end)
