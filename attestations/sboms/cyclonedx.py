"""CycloneDX's JSON: ``metadata.component`` is what the SBOM is of.

    {"bomFormat": "CycloneDX", "specVersion": "1.6",
     "metadata": {"timestamp": …, "tools": […] | {"components": […], "services": […]},
                  "component": {"name": …, "version": …, "hashes": [{"alg": "SHA-256", "content": "<hex>"}]}},
     "components": [{…, "components": […]}], "dependencies": […]}

Components nest, and all of them count. Whether the whole is as the format's schema asks is `verifier.sbom_schemas`.

Spec: CycloneDX 1.2 to 1.7 (ECMA-424), https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

from collections.abc import Iterator

from ..strict_json import Node
from .sbom import Component, Sbom, claim, digest_set

FORMAT = "cyclonedx"
PREDICATE_TYPES = ("https://cyclonedx.org/bom",)
VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")


def read(node: Node) -> Sbom:
    """Read a CycloneDX document.

    Raises:
        FormatFault: ``sbom.version_unsupported``, ``sbom.digests``, ``digest.value``, ``json.*``.
    """
    if node.field("bomFormat").text() != "CycloneDX":
        raise node.field("bomFormat").fault("json.value", "not CycloneDX", expected="CycloneDX")
    version = node.field("specVersion")
    if version.text() not in VERSIONS:
        detail = "a version of CycloneDX that is not read here"
        raise version.fault("sbom.version_unsupported", detail, expected=", ".join(VERSIONS))
    metadata = node.get("metadata")
    root = metadata.get("component") if metadata is not None else None
    dependencies = node.get("dependencies")
    return Sbom(
        format=FORMAT,
        version=version.text(),
        roots=(_component(root),) if root is not None else (),
        components=sum(1 for _ in _components(node)) + (sum(1 for _ in _components(root)) if root is not None else 0),
        files=0,
        dependencies=len(dependencies.array()) if dependencies is not None else 0,
        tools=tuple(_tools(metadata)) if metadata is not None else (),
        created=claim(metadata.get("timestamp")) if metadata is not None else None,
    )


def _component(node: Node) -> Component:
    return Component(
        name=claim(node.field("name")),
        version=claim(node.get("version")),
        digests=digest_set(node.get("hashes"), "alg", "content"),
        pointer=node.pointer,
    )


def _components(node: Node) -> Iterator[Node]:
    """Every component below `node`, at any depth; `strict_json` has bounded the depth."""
    below = node.get("components")
    for item in below.items() if below is not None else ():
        yield item
        yield from _components(item)


def _tools(metadata: Node) -> Iterator[str]:
    """Name and version of each tool; until 1.4 they are a list, since 1.5 they may be components and services."""
    tools = metadata.get("tools")
    if tools is None:
        return
    if isinstance(tools.value, list):
        lists = [tools]
    else:
        lists = [found for name in ("components", "services") if (found := tools.get(name)) is not None]
    for tool in (item for each in lists for item in each.items()):
        words = (tool.get("name"), tool.get("version"))
        if text := " ".join(word.text() for word in words if word is not None):
            yield text
