"""The sample documents with what reads each to the end, and the ways to damage one.

`SAMPLES` gives each document with the function that reads its bytes all the way down: envelopes to statements, log
entries to bodies. A test damages the value or the bytes and looks at what the function says.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from attestations.bundles import Bundle, Envelope, Evidence, Metablock
from attestations.evidence import Unreadable, read_evidence, read_evidence_files, wanted_algorithms
from attestations.faults import Fault
from attestations.layouts.layout import parse_layout
from attestations.layouts.link import parse_link
from attestations.limits import DEFAULT_LIMITS
from attestations.log_entries import parse_body
from attestations.log_entries.carried import read_api_entries
from attestations.predicates import read_predicate
from attestations.resources import parse_resource
from attestations.statements import parse_statement
from attestations.strict_json import Node, loads

from . import documents
from .documents import BODIES, LAYER, body, encode

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A document, and what reads it to the end: gives what was refused on the way, or raises it."""

    value: dict[str, Any]
    read: Callable[[bytes], list[Fault]]

    @property
    def data(self) -> bytes:
        return encode(self.value)


def read_all(items: tuple[Evidence | Unreadable, ...]) -> list[Fault]:
    """Read what a verifier would read of evidence, signatures apart, and collect every refusal."""
    faults = [item.fault for item in items if isinstance(item, Unreadable)]
    evidence = [item for item in items if isinstance(item, Evidence)]
    wanted_algorithms(evidence)
    for item in evidence:
        for logged in item.bundle.entries:
            _collect(faults, partial(parse_body, logged.kind, logged.version, logged.body))
        content = item.bundle.content
        if isinstance(content, Envelope):
            _collect(faults, partial(_said, content.payload))
        if isinstance(content, Metablock):
            parse = parse_layout if content.kind == "layout" else parse_link
            _collect(faults, partial(parse, content.content, source=item.source, limits=DEFAULT_LIMITS))
    return faults


def _said(payload: bytes) -> object:
    return read_predicate(parse_statement(payload))


def _collect(faults: list[Fault], work: Callable[[], object]) -> None:
    try:
        work()
    except Fault as fault:
        faults.append(fault)


def _evidence(data: bytes) -> list[Fault]:
    return read_all(read_evidence("sample.json", data))


def _with_layer(data: bytes) -> list[Fault]:
    return read_all(read_evidence_files([("manifest.json", data), ("layer", LAYER)]))


def _raising(work: Callable[[bytes], object]) -> Callable[[bytes], list[Fault]]:
    def read(data: bytes) -> list[Fault]:
        faults: list[Fault] = []
        _collect(faults, lambda: work(data))
        return faults

    return read


def _body_sample(kind: str, version: str) -> Sample:
    return Sample(body(kind, version), _raising(lambda data: parse_body(kind, version, data)))


SAMPLES: Mapping[str, Sample] = {
    "bundle": Sample(documents.BUNDLE, _evidence),
    "message-bundle": Sample(documents.MESSAGE_BUNDLE, _evidence),
    "key-bundle": Sample(documents.KEY_BUNDLE, _evidence),
    "envelope": Sample(documents.ENVELOPE, _evidence),
    "generator-envelope": Sample(documents.GENERATOR_ENVELOPE, _evidence),
    "attestation-list": Sample(documents.ATTESTATION_LIST, _evidence),
    "pypi-attestation": Sample(documents.PYPI_ATTESTATION, _evidence),
    "pypi-provenance": Sample(documents.PYPI_PROVENANCE, _evidence),
    "cosign-blob": Sample(documents.COSIGN_BLOB, _evidence),
    "cosign-layer": Sample(documents.MANIFEST, _with_layer),
    "npm-manifest": Sample(documents.NPM_MANIFEST, _evidence),
    "cloud-build": Sample(documents.CLOUD_BUILD, _evidence),
    "layout": Sample(documents.LAYOUT, _evidence),
    "attested-layout": Sample(documents.ATTESTED_LAYOUT, _evidence),
    "link": Sample(documents.LINK, _evidence),
    "verdict-bundle": Sample(documents.VERDICT_BUNDLE, _evidence),
    "link-statement": Sample(documents.LINK_STATEMENT, _raising(_said)),
    "statement": Sample(documents.STATEMENT, _raising(_said)),
    "resource": Sample(documents.RESOURCE, _raising(lambda data: parse_resource(Node(loads(data))))),
    "api-entry": Sample(documents.API_ENTRY, _raising(read_api_entries)),
    **{name: Sample(statement, _raising(_said)) for name, statement in documents.PROVENANCE.items()},
    **{f"{kind}-{version}": _body_sample(kind, version) for kind, version in BODIES},
}


def pointers(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value in `value`, itself first."""
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        yield from pointers(below, (*path, step))


def replaced(value: Any, path: Path, new: Any) -> Any:
    """`value` with `new` at `path`, where a last member may be new too."""
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new) if len(path) > 1 else new
    return changed


def without(value: Any, path: Path) -> Any:
    """`value` without what stands at `path`."""
    changed = copy.copy(value)
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = without(value[path[0]], path[1:])
    return changed


def pointer(path: Path) -> str:
    return "".join(f"/{step}" for step in path)


def read(document: Any) -> Bundle:
    """The one bundle of a document."""
    (item,) = read_evidence("evidence.json", encode(document))
    assert isinstance(item, Evidence), item
    return item.bundle


def refusal(document: Any) -> tuple[str, str | None]:
    """Why the one bundle of a document is none, and where: reason and JSON pointer."""
    (item,) = read_evidence("evidence.json", encode(document))
    assert isinstance(item, Unreadable)
    return item.fault.reason, item.fault.place.pointer
