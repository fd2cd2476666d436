"""SPDX 2.2 and 2.3 in JSON: what the document describes is what the SBOM is of.

    {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "documentDescribes": ["SPDXRef-app"],
     "creationInfo": {"created": …, "creators": ["Tool: syft-1.0.1", "Organization: …"]},
     "packages": [{"SPDXID": "SPDXRef-app", "name": …, "versionInfo": …,
                   "checksums": [{"algorithm": "SHA256", "checksumValue": "<hex>"}]}],
     "files": […], "relationships": [{"spdxElementId": …, "relationshipType": "DESCRIBES", "relatedSpdxElement": …}]}

The two ways to say what is described, and ``DESCRIBED_BY``, are one; both packages and files may be described.

Spec: SPDX 2.3, clauses 6, 7, 8 and 11, https://spdx.github.io/spdx-spec/v2.3/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..digests import DigestSet
from ..strict_json import Node
from .sbom import Component, Sbom, claim, digest_set

FORMAT = "spdx"
PREDICATE_TYPES = ("https://spdx.dev/Document",)
VERSIONS = ("2.2", "2.3")

_PREFIX = "SPDX-"
_DOCUMENT = "SPDXRef-DOCUMENT"
_TOOL = "Tool:"
_DEPENDENCIES = frozenset({"DEPENDS_ON", "DEPENDENCY_OF"})
_NOTHING = frozenset({"NONE", "NOASSERTION"})


def read(node: Node) -> Sbom:
    """Read an SPDX document of version 2.

    Raises:
        FormatFault: ``sbom.version_unsupported``, ``sbom.duplicate``, ``sbom.dangling``, ``sbom.digests``,
            ``digest.value``, ``json.*``.
    """
    if node.get("@context") is not None:
        detail = "SPDX 3 in JSON-LD is not read here"
        raise node.fault("sbom.version_unsupported", detail, expected=", ".join(_PREFIX + v for v in VERSIONS))
    written = node.field("spdxVersion")
    version = written.text().removeprefix(_PREFIX)
    if written.text() != f"{_PREFIX}{version}" or version not in VERSIONS:
        detail = "a version of SPDX that is not read here"
        raise written.fault("sbom.version_unsupported", detail, expected=", ".join(_PREFIX + v for v in VERSIONS))
    packages, files = _by_id(node.get("packages")), _by_id(node.get("files"))
    described = [each for each in dict.fromkeys(_described(node)) if each not in _NOTHING]
    info = node.field("creationInfo")
    return Sbom(
        format=FORMAT,
        version=version,
        roots=tuple(_component(each, packages, files, node) for each in described),
        components=len(packages) - sum(1 for each in described if each in packages),
        files=len(files),
        dependencies=sum(1 for kind, _, _ in _relationships(node) if kind in _DEPENDENCIES),
        tools=tuple(_tools(info)),
        created=claim(info.field("created")),
    )


def _by_id(node: Node | None) -> Mapping[str, Node]:
    found: dict[str, Node] = {}
    for item in node.items() if node is not None else ():
        name = item.field("SPDXID")
        if found.setdefault(name.text(), item) is not item:
            raise name.fault("sbom.duplicate", "one id for two elements")
    return found


def _described(node: Node) -> Iterator[str]:
    listed = node.get("documentDescribes")
    for item in listed.items() if listed is not None else ():
        yield item.text()
    for kind, element, related in _relationships(node):
        if kind == "DESCRIBES" and element == _DOCUMENT:
            yield related
        elif kind == "DESCRIBED_BY" and related == _DOCUMENT:
            yield element


def _relationships(node: Node) -> Iterator[tuple[str, str, str]]:
    found = node.get("relationships")
    for item in found.items() if found is not None else ():
        names = ("relationshipType", "spdxElementId", "relatedSpdxElement")
        kind, element, related = (item.field(name).text() for name in names)
        yield kind, element, related


def _component(name: str, packages: Mapping[str, Node], files: Mapping[str, Node], node: Node) -> Component:
    found = packages.get(name) or files.get(name)
    if found is None:
        if ":" in name:
            return Component(None, None, DigestSet(()), node.pointer)
        raise node.fault("sbom.dangling", f"the document describes an element that it does not hold: {name[:120]}")
    return Component(
        name=claim(found.get("name") or found.get("fileName")),
        version=claim(found.get("versionInfo")),
        digests=digest_set(found.get("checksums"), "algorithm", "checksumValue"),
        pointer=found.pointer,
    )


def _tools(info: Node) -> Iterator[str]:
    for item in info.field("creators").items():
        if item.text().startswith(_TOOL):
            yield item.text().removeprefix(_TOOL).strip()
