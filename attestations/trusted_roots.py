"""Sigstore trusted roots: which keys and authorities somebody says to trust, and when each was valid.

    tlogs, ctlogs                                    LogInstance        a key with its log
    certificateAuthorities, timestampAuthorities     AuthorityInstance  a chain, leaf or lowest CA first, anchor last

Keys and certificates stay bytes: nothing here parses, checks or believes them. `verifier.trust` does, and only for the
entries that a verification uses. Fields that this file does not name are ignored, which the format allows within one
media type; entries are kept in their order.

Spec: sigstore/protobuf-specs, protos/sigstore_trustroot.proto,
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct

from .faults import FormatFault, Place
from .limits import DEFAULT_LIMITS, Limits
from .strict_json import Node, loads

VERSIONS: Mapping[str, str] = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1": "0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json": "0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json": "0.2",
}
"""Media types read here, and the version each stands for."""

_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})\Z", re.ASCII)


class TimeRange(Struct, frozen=True):
    """A closed range as stated, aware and in UTC; either bound is None where it is not stated."""

    start: datetime.datetime | None
    end: datetime.datetime | None


class LogInstance(Struct, frozen=True):
    """A transparency log: its public key (`key`, encoded as `key_details` says) and the range in which it signed.

    `log_id` and `checkpoint_key_id` are raw bytes, b"" where absent. `operator` is "" before version 0.2.
    `valid_for` is None where the key states no range at all. `pointer` says where the entry stands.
    """

    pointer: str
    base_url: str
    hash_algorithm: str
    key: bytes
    key_details: str
    valid_for: TimeRange | None
    log_id: bytes
    checkpoint_key_id: bytes
    operator: str


class AuthorityInstance(Struct, frozen=True):
    """A certificate or timestamp authority: its chain in DER, trust anchor last, and the range of the whole chain."""

    pointer: str
    uri: str
    organization: str
    common_name: str
    certificates: tuple[bytes, ...]
    valid_for: TimeRange | None
    operator: str


class TrustedRoot(Struct, frozen=True):
    """A trusted root as written. `version` is ``0.1`` or ``0.2``."""

    version: str
    certificate_authorities: tuple[AuthorityInstance, ...]
    timestamp_authorities: tuple[AuthorityInstance, ...]
    logs: tuple[LogInstance, ...]
    ct_logs: tuple[LogInstance, ...]


def parse_trusted_root(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> TrustedRoot:
    """Read a trusted root (JSON, UTF-8).

    Raises:
        FormatFault: ``json.*``, ``base64.malformed``; ``trust.version_unsupported`` for a media type not in `VERSIONS`.
        LimitFault: ``limit.trust_root``, ``limit.depth``.
    """
    limits.check("trust_root", len(data), Place(source))
    root = Node(loads(data, source=source, limits=limits), source)
    media_type = root.field("mediaType")
    version = VERSIONS.get(media_type.text())
    if version is None:
        raise media_type.fault(
            "trust.version_unsupported", "not a trusted root of a version read here", expected=", ".join(VERSIONS)
        )
    return TrustedRoot(
        version=version,
        certificate_authorities=_entries(root, "certificateAuthorities", _authority),
        timestamp_authorities=_entries(root, "timestampAuthorities", _authority),
        logs=_entries(root, "tlogs", _log),
        ct_logs=_entries(root, "ctlogs", _log),
    )


_Entry = TypeVar("_Entry")


def _entries(root: Node, name: str, read: Callable[[Node], _Entry]) -> tuple[_Entry, ...]:
    listed = root.given(name)
    return () if listed is None else tuple(read(node) for node in listed.items())


def _log(node: Node) -> LogInstance:
    key = node.field("publicKey")
    return LogInstance(
        pointer=node.pointer,
        base_url=_text(node, "baseUrl"),
        hash_algorithm=_text(node, "hashAlgorithm"),
        key=key.field("rawBytes").base64(),
        key_details=key.field("keyDetails").text(),
        valid_for=read_time_range(key),
        log_id=_key_id(node, "logId"),
        checkpoint_key_id=_key_id(node, "checkpointKeyId"),
        operator=_text(node, "operator"),
    )


def _authority(node: Node) -> AuthorityInstance:
    subject = node.given("subject")
    chain = node.field("certChain").field("certificates")
    if not chain.array():
        raise chain.fault("json.value", "an authority without a certificate")
    return AuthorityInstance(
        pointer=node.pointer,
        uri=_text(node, "uri"),
        organization=_text(subject, "organization"),
        common_name=_text(subject, "commonName"),
        certificates=tuple(certificate.field("rawBytes").base64() for certificate in chain.items()),
        valid_for=read_time_range(node),
        operator=_text(node, "operator"),
    )


def _text(node: Node | None, name: str) -> str:
    given = None if node is None else node.given(name)
    return "" if given is None else given.text()


def _key_id(node: Node, name: str) -> bytes:
    given = node.given(name)
    return b"" if given is None else given.field("keyId").base64()


def read_time_range(node: Node) -> TimeRange | None:
    given = node.given("validFor")
    return None if given is None else TimeRange(read_moment(given.given("start")), read_moment(given.given("end")))


def read_moment(node: Node | None) -> datetime.datetime | None:
    """A protobuf timestamp, RFC 3339. Nanoseconds are cut to microseconds."""
    if node is None:
        return None
    match = _RFC3339.match(node.text())
    try:
        if match is None:
            raise ValueError
        seconds, fraction, zone = match.groups()
        text = f"{seconds}.{(fraction or '0')[:6].ljust(6, '0')}{'+00:00' if zone == 'Z' else zone}"
        return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise _bad_moment(node) from None


def _bad_moment(node: Node) -> FormatFault:
    return node.fault("json.value", "not a moment in RFC 3339", expected="2026-03-02T11:04:00Z")
