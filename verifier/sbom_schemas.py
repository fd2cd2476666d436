"""Is an SBOM as its format's published schema asks? The schemas are those that `cyclonedx-python-lib` ships.

    CycloneDX 1.2, 1.3     the strict schemas: unknown members are refused, as later versions refuse them
    CycloneDX 1.4 to 1.7   the schema of the version
    SPDX                   no schema is to be had from an installed package

They are package data, read when a policy first asks and kept (decision 0061); a verdict names a schema by its digest.
Validation fetches nothing, and patterns run in linear time.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import pkgutil
from typing import Any

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Place
from attestations.sboms import Sbom
from attestations.strict_json import Node, escape_pointer, loads, shown

from .faults import CheckFault

CLAUSE = "CycloneDX, the schema of the version"

_PACKAGE = "cyclonedx.schema"
_STRICT = ("1.2", "1.3")
_SHARED = ("cryptography-defs", "jsf-0.82", "spdx")
_BASE = "http://cyclonedx.org/schema/"


class _Schema(Struct, frozen=True):
    """A schema, ready to judge; `digest` is of its own file, without those it refers to."""

    digest: Digest
    validator: Any


def check_schema(sbom: Sbom, node: Node) -> Digest:
    """The digest of the schema that the whole document `node` satisfies.

    Raises:
        CheckFault: ``sbom.schema`` (with the first place that is wrong), ``sbom.schema_unavailable``.
    """
    if sbom.format != "cyclonedx":
        raise CheckFault(
            "sbom.schema_unavailable",
            f"no schema of {sbom.format} {sbom.version} is installed",
            expected="CycloneDX",
            actual=f"{sbom.format} {sbom.version}",
        )
    schema = _schema(sbom.version)
    error = next(iter(schema.validator.iter_errors(node.value)), None)
    if error is None:
        return schema.digest
    pointer = node.pointer + "".join(f"/{escape_pointer(str(step))}" for step in error.instance_path)
    raise CheckFault(
        "sbom.schema",
        f"not as the schema of CycloneDX {sbom.version} asks: {error.kind.name}",
        place=Place(pointer=pointer),
        expected="/".join(str(step) for step in error.schema_path),
        actual=shown(_at(node.value, error.instance_path)),
    )


def _at(value: Any, path: list[Any]) -> Any:
    for step in path:
        value = value[step]
    return value


@functools.cache
def _schema(version: str) -> _Schema:
    try:
        library = importlib.import_module("jsonschema_rs")
        strict = "-strict" if version in _STRICT else ""
        text = _text(f"bom-{version}{strict}.SNAPSHOT.schema.json")
        registry = library.Registry([_shared(name) for name in _SHARED])
    except (ImportError, OSError) as error:
        raise CheckFault(
            "sbom.schema_unavailable",
            "the schemas are not installed",
            expected="the extra 'formats'",
            actual=str(error),
        ) from None
    return _Schema(
        Digest("sha256", hashlib.sha256(text).hexdigest()),
        library.Draft7Validator(
            loads(text),
            validate_formats=True,
            registry=registry,
            retriever=_nothing,
            pattern_options=library.RegexOptions(),
        ),
    )


def _shared(name: str) -> tuple[str, Any]:
    file = f"{name}.SNAPSHOT.schema.json"
    return _BASE + file, loads(_text(file))


def _text(name: str) -> bytes:
    text = pkgutil.get_data(_PACKAGE, f"_res/{name}")
    if text is None:
        raise FileNotFoundError(name)
    return text


def _nothing(uri: str) -> Any:
    """What the validator asks for a schema that it was not given."""
    raise ValueError(uri)
