"""What an assured repository says beside a file's length and hash: which verdicts on it were published, and count now.

    {"countersign": {"verdicts": {"<policy>": {"number": 3, "sha256": "<hex>", …}}, …}}

The policy is named by its SHA-256 in hex; `sha256` is that of the published verdict, the `number`-th on this file under
this policy. Other members are for people.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ..strict_json import Node

MEMBER = "countersign"

_HEX = re.compile(r"[0-9a-f]{64}")
_NUMBERS = range(1, 1_000_000_000)


class Published(Struct, frozen=True):
    """A verdict by where it is published: its policy's SHA-256, its number, and the SHA-256 of its bytes (hex)."""

    policy: str
    number: int
    sha256: str


def published_verdicts(custom: Node | None) -> tuple[Published, ...]:
    """The verdicts that `custom` names; none where it is somebody else's.

    Raises:
        FormatFault: ``json.type``, ``json.missing``, ``json.value``.
    """
    ours = custom.get(MEMBER) if custom is not None else None
    if ours is None:
        return ()
    return tuple(_published(policy, node) for policy, node in ours.field("verdicts").members())


def _published(policy: str, node: Node) -> Published:
    number, sha256 = node.field("number"), node.field("sha256")
    for digest, of in ((policy, node), (sha256.text(), sha256)):
        if not _HEX.fullmatch(digest):
            raise of.fault("json.value", "not a SHA-256 in hex", expected="64 digits")
    if number.integer() not in _NUMBERS:
        raise number.fault("json.value", "out of range", expected="at least 1")
    return Published(policy, number.integer(), sha256.text())
