"""What a carrier is: how its documents are recognised, and the bundles in them, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from ..bundles import Bundle
from ..limits import DEFAULT_LIMITS, Limits
from ..strict_json import Node


class Reading(Struct, frozen=True):
    """What a carrier may read besides its document: the limits, and the blobs given along, by ``sha256:<hex>``."""

    limits: Limits = DEFAULT_LIMITS
    blobs: Mapping[str, bytes] = field(default_factory=dict)


class Part(Struct, frozen=True):
    """One bundle yet to be read: where it stands in the document, and how. One that fails spoils no other."""

    node: Node
    read: Callable[[Node, Reading], Bundle]


class Carrier(Struct, frozen=True):
    """A format of documents that carry bundles.

    `recognises` looks at the value of a JSON document and at nothing deeper than its own members: it must be cheap,
    and true of damaged documents of the format too, so that they are refused as what they claim to be. `split` finds
    the bundles; its own `Fault` is about the document as a whole.
    """

    name: str
    recognises: Callable[[dict[str, Any]], bool]
    split: Callable[[Node, Reading], Iterable[Part]]


class Detached(Struct, frozen=True):
    """A format of signatures that is no JSON: recognised by its first bytes.

    `split` finds the bundles of a file that is called so, each yet to be read.
    """

    name: str
    recognises: Callable[[bytes], bool]
    split: Callable[[bytes, str], Sequence[Callable[[], Bundle]]]


def alone(read: Callable[[bytes, str], Bundle]) -> Callable[[bytes, str], Sequence[Callable[[], Bundle]]]:
    """The `split` of a format that has one bundle a file."""
    return lambda data, source: (lambda: read(data, source),)


def whole(read: Callable[[Node, Reading], Bundle]) -> Callable[[Node, Reading], Iterable[Part]]:
    """The `split` of a carrier whose document is one bundle."""
    return lambda node, _reading: (Part(node, read),)
