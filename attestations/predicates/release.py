"""in-toto's release predicate: the statement's subjects are the files of one release of a package.

    v0.1, v0.2   {"purl": "pkg:github/acme/endpoint@v7.1.0", …}

Which registry's own ids stand beside the package URL differs between the versions; nothing here rests on them.

Spec: https://github.com/in-toto/attestation/blob/main/spec/predicates/release.md
"""

from __future__ import annotations

from msgspec import Struct

from ..purls import Purl, parse_purl
from ..statements import Claim
from ..strict_json import Node

PREDICATE_TYPES = ("https://in-toto.io/attestation/release/v0.1", "https://in-toto.io/attestation/release/v0.2")


class ReleasePredicate(Struct, frozen=True):
    """What was released: a package URL with a version, as written and as read."""

    claim: Claim
    purl: Purl


def read(predicate: Node) -> ReleasePredicate:
    """Read the predicate. Raises: FormatFault ``json.*``, ``package.purl`` (also where it has no version)."""
    node = predicate.field("purl")
    purl = parse_purl(node.text())
    if not purl.version:
        raise node.fault("package.purl", "a release without a version", expected="pkg:type/namespace/name@version")
    return ReleasePredicate(Claim(node.text(), node.pointer), purl)
