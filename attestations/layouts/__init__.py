"""in-toto's layouts and links: what a supply chain must look like, and what each step of it did.

    metablock    the legacy wrapping: {"signed": …, "signatures": […]}      also carried in DSSE envelopes
    layout       who may do which step, and what rules its artifacts obey
    rules        the artifact rules: CREATE, DELETE, MODIFY, ALLOW, DISALLOW, REQUIRE, MATCH
    keys         the functionaries' keys as layouts spell them
    link         one step as its functionary recorded it; also out of statements

Spec: in-toto specification v1.0, https://github.com/in-toto/docs/blob/master/in-toto-spec.md
"""

from __future__ import annotations

from ..limits import Limits
from ..strict_json import Node, loads

METADATA = ("layout", "link")
"""The types of in-toto's own metadata."""


def is_metadata(data: bytes, limits: Limits) -> bool:
    """Whether JSON bytes call themselves a layout or a link. Raises: FormatFault ``json.*``, LimitFault."""
    kind = Node(loads(data, limits=limits)).get("_type")
    return kind is not None and kind.value in METADATA
