"""A stream of releases, how its versions are compared, and the last of them that somebody accepted.

    stream     a release key without its version: vendor, product, channel, platform, variant
    Accepted   what was installed last, as far as the next one must follow from it
    state      all of one asker's streams, as a small file: canonical JSON, versioned

    {"format": "countersign.releases/1", "seen": "2026-03-14T09:00:00Z",
     "streams": [{"stream": {…}, "version": …, "sequence": …, "manifest": …, "artifacts": […], "strength": …, "at": …}]}

`seen` is the greatest moment that the asker ever had a reason to believe in: a clock that is set back is noticed.

Spec: countersign design, sections 2 (Release key, Stream), 4 (Current) and 5
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import rfc8785
from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import FormatFault, Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.strict_json import Node, loads

from ..faults import UpdateFault
from ..policy.plain import format_time

FORMAT = "countersign.releases/1"

FIELDS = ("vendor", "product", "channel", "platform", "variant")


class Stream(Struct, frozen=True, order=True):
    """Whose releases follow one another. "" where the vendor's manifests leave a field out."""

    vendor: str
    product: str
    channel: str = ""
    platform: str = ""
    variant: str = ""


class Accepted(Struct, frozen=True):
    """The release of a stream that was accepted last, at `at` (aware, UTC).

    `manifest` is the digest of its statement, `artifacts` those of what was installed; `strength` orders signature
    schemes (`.strength`); `expires` is None where the vendor sets no end.
    """

    stream: Stream
    version: str
    sequence: int | None
    manifest: Digest
    artifacts: tuple[Digest, ...]
    strength: int
    expires: datetime.datetime | None
    at: datetime.datetime


class ReleaseState(Struct, frozen=True):
    """One asker's view: the streams by name, and the greatest moment ever seen (aware, UTC; None at first)."""

    streams: Mapping[Stream, Accepted] = {}
    seen: datetime.datetime | None = None


def write_state(state: ReleaseState) -> bytes:
    """The state as canonical JSON: one state has one file."""
    tree: dict[str, Any] = {
        "format": FORMAT,
        "streams": [_tree(state.streams[stream]) for stream in sorted(state.streams)],
    }
    if state.seen is not None:
        tree["seen"] = format_time(state.seen)
    return rfc8785.dumps(tree)


def _tree(accepted: Accepted) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "stream": {name: value for name in FIELDS if (value := getattr(accepted.stream, name))},
        "version": accepted.version,
        "manifest": str(accepted.manifest),
        "artifacts": sorted(map(str, accepted.artifacts)),
        "strength": accepted.strength,
        "at": format_time(accepted.at),
    }
    if accepted.sequence is not None:
        tree["sequence"] = accepted.sequence
    if accepted.expires is not None:
        tree["expires"] = format_time(accepted.expires)
    return tree


def read_state(data: bytes, source: str, limits: Limits = DEFAULT_LIMITS) -> ReleaseState:
    """The state in a file, and nothing that another file would say: it must be spelled as `write_state` does.

    Raises:
        UpdateFault: ``update.state_damaged``.
    """
    try:
        limits.check("record", len(data), Place(source))
        node = Node(loads(data, source=source, limits=limits), source)
        node.only("format", "seen", "streams")
        if node.field("format").text() != FORMAT:
            raise node.field("format").fault("json.value", "another format", expected=FORMAT)
        seen = node.get("seen")
        accepted = tuple(map(_accepted, node.field("streams").items()))
        state = ReleaseState({each.stream: each for each in accepted}, _time(seen) if seen is not None else None)
    except FormatFault as fault:
        raise _damaged(source, fault.detail) from None
    if write_state(state) != data:
        raise _damaged(source, "not spelled as it is written here")
    return state


def _damaged(source: str, detail: str) -> UpdateFault:
    return UpdateFault(
        "update.state_damaged", f"what was accepted before cannot be read: {detail}", place=Place(source)
    )


def _accepted(node: Node) -> Accepted:
    node.only("stream", "version", "sequence", "manifest", "artifacts", "strength", "expires", "at")
    stream, sequence, expires = node.field("stream"), node.get("sequence"), node.get("expires")
    stream.only(*FIELDS)
    return Accepted(
        stream=Stream(**{"vendor": "", "product": ""} | {name: value.text() for name, value in stream.members()}),
        version=node.field("version").text(),
        sequence=_count(sequence) if sequence is not None else None,
        manifest=_digest(node.field("manifest")),
        artifacts=tuple(map(_digest, node.field("artifacts").items())),
        strength=_count(node.field("strength")),
        expires=_time(expires) if expires is not None else None,
        at=_time(node.field("at")),
    )


def _count(node: Node) -> int:
    """A number that canonical JSON can hold (RFC 7493 section 2.2)."""
    if not 0 <= node.integer() < 1 << 53:
        raise node.fault("json.value", "out of range", expected="0 to 2^53 - 1")
    return node.integer()


def _digest(node: Node) -> Digest:
    algorithm, _, value = node.text().partition(":")
    return Digest(algorithm, value)


def _time(node: Node) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(node.text())
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() != datetime.timedelta(0):
        raise node.fault("json.value", "not a time", expected="2026-01-01T00:00:00Z")
    return moment.astimezone(datetime.UTC)
