"""Resource descriptors: how a statement names a thing it speaks of, by URI, digest or content.

Spec: in-toto attestation framework,
https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from .digests import DigestSet, parse_digest_set
from .strict_json import Node


class Resource(Struct, frozen=True):
    """One resource as described; where absent, text is "", `content` is None, `digests` and `annotations` are empty."""

    name: str
    uri: str
    digests: DigestSet
    content: bytes | None
    download_location: str
    media_type: str
    annotations: Mapping[str, Any]


def parse_resource(node: Node) -> Resource:
    """Read a descriptor that says which thing it means: a name or a download location alone does not.

    Raises:
        FormatFault: ``resource.empty``, ``digest.value``, ``json.type``, ``base64.malformed``.
    """
    digest, content, annotations = node.given("digest"), node.given("content"), node.given("annotations")
    resource = Resource(
        name=_text(node, "name"),
        uri=_text(node, "uri"),
        digests=parse_digest_set(digest) if digest is not None else DigestSet(()),
        content=content.base64(either_alphabet=True) if content is not None else None,
        download_location=_text(node, "downloadLocation"),
        media_type=_text(node, "mediaType"),
        annotations=annotations.object() if annotations is not None else {},
    )
    if not (resource.uri or resource.digests.digests or resource.content is not None):
        raise node.fault("resource.empty", "a resource without uri, digest or content")
    return resource


def _text(node: Node, name: str) -> str:
    value = node.given(name)
    return value.text() if value is not None else ""
