"""Links: one step as its functionary recorded it, in each of the three forms in which it is signed.

    {"_type": "link", "name", "materials": {"<path>": {"sha256": "…"}}, "products": {…}, "command": […], …}
    {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://in-toto.io/attestation/link/v0.3",
     "subject": [<product>], "predicate": {"name", "command", "materials": [<resource>], …}}

The signed name says which step it is. A file's name says nothing (T64). Artifacts stand under their paths in one normal
form, at most one under each, and each has a digest that identifies it:

    path   segments between single slashes, none empty, ".", or ".."; or a URI, whose scheme has two letters or more

Spec: in-toto specification, section 4.4 (link); https://github.com/in-toto/attestation/blob/main/spec/predicates/link.md
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from msgspec import Struct

from ..digests import DigestSet, parse_digest_set
from ..faults import FormatFault, Place
from ..limits import Limits
from ..strict_json import Node, loads, shown

TYPE = "link"

Artifacts = Mapping[str, DigestSet]
"""Digests by path."""


class Link(Struct, frozen=True):
    """A step's name, what it found, what it left, and the command as recorded."""

    name: str
    materials: Artifacts
    products: Artifacts
    command: tuple[str, ...]


def parse_link(data: bytes, *, source: str, limits: Limits) -> Link:
    """The link in JSON bytes, its artifacts not yet held to `check_artifacts`.

    Raises:
        FormatFault: ``json.*``, ``digest.value``.
        LimitFault: ``limit.statement``, ``limit.subjects``, ``limit.depth``.
    """
    limits.check("statement", len(data))
    node = Node(loads(data, source=source, limits=limits), source)
    if node.field("_type").text() != TYPE:
        raise node.field("_type").fault("json.value", "not a link", expected=TYPE)
    return read_link(node, limits)


def read_link(node: Node, limits: Limits) -> Link:
    """The link at `node`, whose type is known. Raises as `parse_link`."""
    command = node.given("command")
    return Link(
        node.field("name").text(),
        _artifacts(node.field("materials"), limits),
        _artifacts(node.field("products"), limits),
        tuple(word.text() for word in command.items()) if command is not None else (),
    )


def _artifacts(node: Node, limits: Limits) -> Artifacts:
    limits.check("subjects", len(node.object()), node.place)
    return {path: parse_digest_set(digests) for path, digests in node.members()}


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:\S", re.ASCII)


def check_artifacts(artifacts: Artifacts, place: Place) -> None:
    """Each artifact stands under a path in normal form that is nobody else's in any case, and has a strong digest.

    Raises:
        FormatFault: ``link.path`` (T67), ``link.path_twice``, ``link.weak_digest`` (T69).
    """
    folded: dict[str, str] = {}
    for path, digests in artifacts.items():
        if not is_normal(path):
            raise FormatFault("link.path", "a path that is not in its normal form", place=place, actual=shown(path))
        if not digests.strong:
            raise FormatFault(
                "link.weak_digest",
                f"no digest identifies {shown(path)}",
                place=place,
                expected="sha256, sha384 or sha512",
                actual=", ".join(digest.algorithm for digest in digests) or "no digest",
            )
        other = folded.setdefault(fold(path), path)
        if other != path:
            detail = "two paths that are one file where case does not count"
            raise FormatFault("link.path_twice", detail, place=place, actual=f"{shown(other)}, {shown(path)}")


def is_normal(path: str) -> bool:
    """Whether `path` is spelled in the one way that names its file, or is a URI without dot segments."""
    if not path.isprintable() or "\\" in path:
        return False
    segments = path.removeprefix("/").split("/")
    if any(segment in (".", "..") for segment in segments):
        return False
    return bool(_URI.match(path)) or not (path.endswith("/") or "" in segments or re.match(r"[A-Za-z]:", path))


def fold(path: str) -> str:
    """What file systems that disregard case take `path` for."""
    return unicodedata.normalize("NFC", path.casefold())
