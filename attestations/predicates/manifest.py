"""A vendor's manifest: which files a release consists of, and where the release stands among the others.

    {"vendor": "acme", "product": "endpoint", "version": "7.1.0",
     "channel": "stable", "platform": "windows", "variant": "x64",                          each may be absent
     "sequence": 712, "expires": "2026-04-01T00:00:00Z", "previous": {"sha256": "<hex>"},   each may be absent
     "artifacts": [{"name": "endpoint.exe", "sha256": "<hex>", "size": 1048576},
                   {"name": "endpoint.patch", "sha256": "<hex>", "size": 4096,
                    "delta": {"base": {"sha256": "<hex>"}, "result": {"sha256": "<hex>"}}}]}

The statement's subjects are the artifacts: one each, of the same name and SHA-256 (`verifier.manifests` sees to it).
`delta` says that the file is a difference: made for the file `base`, which was installed before, and making `result`.
`previous` is the SHA-256 of the statement before this one. The schema: docs/schemas/manifest.schema.json.

Spec: countersign design, sections 2 (Release key) and 5 (Manifest)
"""

from __future__ import annotations

import datetime
import re

from msgspec import Struct

from ..digests import Digest
from ..file_names import stays_beneath
from ..statements import Claim
from ..strict_json import Node

PREDICATE_TYPE = "https://countersign.example/types/manifest/v1"

_WORD = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}\Z", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z", re.ASCII)
_LONGEST_NAME = 1024

MAX_ARTIFACTS = 10_000


class Delta(Struct, frozen=True):
    """A difference: the digests of the file that it was made for, and of the one that it makes."""

    base: Digest
    result: Digest


class ListedFile(Struct, frozen=True):
    """One file of the release: `size` in bytes; `pointer` is where the manifest lists it."""

    name: str
    sha256: Digest
    size: int
    pointer: str
    delta: Delta | None = None


class ManifestPredicate(Struct, frozen=True):
    """A manifest as its predicate says it; None is what it leaves out. `expires` is aware, in UTC."""

    vendor: Claim
    product: Claim
    version: Claim
    channel: Claim | None
    platform: Claim | None
    variant: Claim | None
    sequence: int | None
    expires: datetime.datetime | None
    previous: Digest | None
    artifacts: tuple[ListedFile, ...]


def read(predicate: Node) -> ManifestPredicate:
    """Read the predicate; a member that the format does not have is refused, since it might change what is meant.

    Raises:
        FormatFault: ``json.*``, ``manifest.duplicate``.
    """
    predicate.only(*ManifestPredicate.__struct_fields__)
    sequence, expires, previous = (predicate.get(name) for name in ("sequence", "expires", "previous"))
    return ManifestPredicate(
        vendor=_word(predicate.field("vendor")),
        product=_word(predicate.field("product")),
        version=_word(predicate.field("version")),
        channel=_maybe_word(predicate.get("channel")),
        platform=_maybe_word(predicate.get("platform")),
        variant=_maybe_word(predicate.get("variant")),
        sequence=_count(sequence) if sequence is not None else None,
        expires=_time(expires) if expires is not None else None,
        previous=_digest(previous) if previous is not None else None,
        artifacts=_artifacts(predicate.field("artifacts")),
    )


def _maybe_word(node: Node | None) -> Claim | None:
    return _word(node) if node is not None else None


def _word(node: Node) -> Claim:
    if not _WORD.match(node.text()):
        raise node.fault("json.value", "not a word of a release key", expected="[a-z0-9][a-z0-9._+-]{0,63}")
    return Claim(node.text(), node.pointer)


def _count(node: Node) -> int:
    if not 0 <= node.integer() < 1 << 53:
        raise node.fault("json.value", "out of range", expected="0 to 2^53 - 1")
    return node.integer()


def _time(node: Node) -> datetime.datetime:
    try:
        if _TIME.match(node.text()):
            return datetime.datetime.fromisoformat(node.text())
    except ValueError:
        pass
    raise node.fault("json.value", "not a moment in UTC", expected="2026-04-01T00:00:00Z")


def _delta(node: Node) -> Delta:
    node.only("base", "result")
    return Delta(_digest(node.field("base")), _digest(node.field("result")))


def _digest(node: Node) -> Digest:
    node.only("sha256")
    return _sha256(node.field("sha256"))


def _sha256(node: Node) -> Digest:
    if len(node.hex("digest.value")) != 32:
        raise node.fault("digest.value", "not a SHA-256", expected="64 lower-case hex digits")
    return Digest("sha256", node.text())


def _artifacts(node: Node) -> tuple[ListedFile, ...]:
    if not 1 <= len(node.array()) <= MAX_ARTIFACTS:
        raise node.fault("json.value", "a manifest lists files", expected=f"1 to {MAX_ARTIFACTS} of them")
    found: dict[str, ListedFile] = {}
    for item in node.items():
        item.only("name", "sha256", "size", "delta")
        name = item.field("name")
        text = name.text()
        if not text or len(text) > _LONGEST_NAME or not text.isprintable() or not stays_beneath(text):
            raise name.fault(
                "json.value",
                "not the name of a file",
                expected=f"1 to {_LONGEST_NAME} printable characters, beneath the release",
            )
        if text in found:
            raise name.fault("manifest.duplicate", "one name for two files")
        sha256, size, delta = _sha256(item.field("sha256")), _count(item.field("size")), item.get("delta")
        found[text] = ListedFile(text, sha256, size, item.pointer, _delta(delta) if delta is not None else None)
    return tuple(found.values())
