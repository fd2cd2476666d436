"""What an SBOM says, whatever its format: what it is of, how much it lists, who made it when.

Contents are claims. Nothing here says that a component is in the artifact, or that one which is not listed is absent.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..digests import Digest, DigestSet
from ..statements import Claim
from ..strict_json import Node

ALGORITHMS: Mapping[str, str] = {
    "MD5": "md5",
    "SHA1": "sha1",
    "SHA224": "sha224",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
}
"""Names of algorithms, without hyphens and in upper case, whose digests are kept; of others nothing is compared."""

_BYTES = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


class Component(Struct, frozen=True):
    """One component: None is what it leaves out. `pointer` is where it stands in the SBOM."""

    name: Claim | None
    version: Claim | None
    digests: DigestSet
    pointer: str


class Sbom(Struct, frozen=True):
    """An SBOM as it says it is.

    `format` is ``cyclonedx`` or ``spdx``, `version` the version of that format. `roots` are what the SBOM is of, none
    where it does not say. `components` counts those beside the roots, `files` and `dependencies` what else is listed.
    `created` and `tools` are as written.
    """

    format: str
    version: str
    roots: tuple[Component, ...]
    components: int
    files: int
    dependencies: int
    tools: tuple[str, ...]
    created: Claim | None


def digest_of(algorithm: Node, value: Node) -> Digest | None:
    """A digest as both formats write it: in hex of either case. None for an algorithm that we do not compare.

    Raises:
        FormatFault: ``digest.value``, ``json.type``.
    """
    name = ALGORITHMS.get(algorithm.text().upper().replace("-", ""))
    if name is None:
        return None
    text = value.text().lower()
    try:
        size = len(bytes.fromhex(text)) if text.isalnum() else 0
    except ValueError:
        size = 0
    if size != _BYTES[name]:
        raise value.fault(
            "digest.value", f"not a digest of algorithm {name}", expected=f"{2 * _BYTES[name]} hex digits"
        )
    return Digest(name, text)


def digest_set(node: Node | None, algorithm: str, value: str) -> DigestSet:
    """The digests of a list of objects, whose members `algorithm` and `value` are one digest each.

    Raises:
        FormatFault: ``sbom.digests`` (one algorithm twice, with two values), those of `digest_of`.
    """
    found: dict[str, Digest] = {}
    for item in node.items() if node is not None else ():
        digest = digest_of(item.field(algorithm), item.field(value))
        if digest is not None and found.setdefault(digest.algorithm, digest) != digest:
            raise item.fault("sbom.digests", f"two digests by {digest.algorithm} of one thing")
    return DigestSet(tuple(sorted(found.values())))


def claim(node: Node | None) -> Claim | None:
    """A text with where it stands; None where it is absent."""
    return Claim(node.text(), node.pointer) if node is not None else None
