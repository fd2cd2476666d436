"""SBOMs: what one says, in one view for every format. One file a format, and one line in `FORMATS`.

    format_of    which format a statement's predicate is in; a document's kind is its format
    node_of      a document as JSON, for the reader of its format

An SBOM that is read is claims and nothing else: who says so, and of which artifact, is `verifier.sboms`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..documents import Document
from ..faults import FormatFault, Place
from ..limits import Limits
from ..strict_json import Node, loads
from . import cyclonedx, spdx2
from .sbom import Component, Sbom

FORMATS: Mapping[str, Callable[[Node], Sbom]] = {
    cyclonedx.FORMAT: cyclonedx.read,
    spdx2.FORMAT: spdx2.read,
}
"""The reader of each format, by the name of its kind of documents."""

PREDICATE_TYPES: Mapping[str, str] = {
    **dict.fromkeys(cyclonedx.PREDICATE_TYPES, cyclonedx.FORMAT),
    **dict.fromkeys(spdx2.PREDICATE_TYPES, spdx2.FORMAT),
}
"""The format of each predicate type. Some tools put a version behind the type: `format_of` knows."""


def format_of(predicate_type: str) -> str | None:
    """The format of an SBOM in a statement; None where the type is no SBOM's. ``…/v1.4`` and ``…/v2.3`` may follow."""
    return next(
        (
            name
            for kind, name in PREDICATE_TYPES.items()
            if predicate_type == kind or predicate_type.startswith(f"{kind}/v")
        ),
        None,
    )


def node_of(document: Document, limits: Limits) -> Node:
    """The document as JSON.

    Raises:
        FormatFault: ``sbom.version_unsupported`` (SPDX's tag-value form), ``json.*``.
        LimitFault: ``limit.sbom``, ``limit.depth``.
    """
    limits.check("sbom", len(document.content), Place(document.source))
    if not document.content.lstrip(b" \t\r\n").startswith(b"{"):
        detail = "SPDX's tag-value form is not read here"
        raise FormatFault("sbom.version_unsupported", detail, place=Place(document.source), expected="JSON")
    return Node(loads(document.content, source=document.source, limits=limits), document.source)


__all__ = ["FORMATS", "PREDICATE_TYPES", "Component", "Sbom", "format_of", "node_of"]
