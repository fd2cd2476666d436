"""The requirement ``check = "debian"`` of a policy file."""

from __future__ import annotations

from attestations.strict_json import Node

from .model import DebianRequirement
from .reading import age, expected, optional

TEXTS = ("origin", "label", "suite", "codename", "component", "architecture", "name", "version")
"""What may be expected of an archive, of its index, and of a package, in the order in which they are followed."""

FIELDS = (*TEXTS, "max_age", "current")


def read_debian(node: Node, signers: tuple[str, ...], threshold: int) -> DebianRequirement:
    """The requirement's own fields; who must sign was read before."""
    return DebianRequirement(
        signers=signers,
        threshold=threshold,
        max_age=optional(node, "max_age", age),
        current=optional(node, "current", Node.boolean) or None,
        **{name: optional(node, name, expected) for name in TEXTS},
    )
