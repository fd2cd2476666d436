"""What a file says as a manifest, before anybody vouched for it: read in a judge's process, like all evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from msgspec import Struct

from attestations.bundles import Envelope, Evidence
from attestations.documents import Document, read_documents
from attestations.documents.checksums import listed_files
from attestations.evidence import read_evidence
from attestations.faults import Fault
from attestations.limits import Limits
from attestations.statements import parse_statement
from verifier.manifests import TYPES, Listed, Manifest, manifest_of

MOST_FILES = 1000
"""Files of a manifest that are told; `count` says how many there are."""

_WORDS = ("vendor", "product", "channel", "platform", "variant", "version", "package")


class Glance(Struct, frozen=True, tag="glance"):
    """A file of evidence, to be read and not judged."""

    name: str
    content: bytes
    limits: Limits


class SaidFile(Struct, frozen=True):
    """A file of a release, as a manifest lists it; `size` in bytes, where it says."""

    name: str
    digests: dict[str, str]
    size: int | None = None


class Said(Struct, frozen=True):
    """What one manifest says. `words` are those that it states of vendor, product, channel and so on."""

    format: str
    words: dict[str, str]
    sequence: int | None
    expires: datetime.datetime | None
    count: int
    files: list[SaidFile]


class Glanced(Struct, frozen=True, tag="glanced"):
    """Every manifest in the file; none where it is something else, or cannot be read."""

    manifests: list[Said]


def glance_at(glance: Glance) -> Glanced:
    """The manifests in a file, whoever made them. Raises nothing that the file can do to us."""
    try:
        found = [*_stated(glance), *_listed(glance)]
    except Fault:
        found = []
    return Glanced([_said(manifest) for manifest in found])


def _stated(glance: Glance) -> Iterator[Manifest]:
    for item in read_evidence(glance.name, glance.content, glance.limits):
        if not isinstance(item, Evidence) or not isinstance(item.bundle.content, Envelope):
            continue
        try:
            statement = parse_statement(item.bundle.content.payload, source=item.source, limits=glance.limits)
        except Fault:
            continue
        if statement.predicate_type in TYPES:
            manifest = manifest_of(statement, item.source)
            if isinstance(manifest, Manifest):
                yield manifest


def _listed(glance: Glance) -> Iterator[Manifest]:
    for document in read_documents(((glance.name, glance.content),), glance.limits):
        if document.kind == "checksums":
            yield _of_list(document, glance.limits)


def _of_list(document: Document, limits: Limits) -> Manifest:
    return Manifest("checksums", tuple(map(Listed, listed_files(document, limits))))


def _said(manifest: Manifest) -> Said:
    claims = {name: getattr(manifest, name) for name in _WORDS}
    return Said(
        format=manifest.format,
        words={name: claim.value for name, claim in claims.items() if claim is not None},
        sequence=manifest.sequence,
        expires=manifest.expires,
        count=len(manifest.files),
        files=[
            SaidFile(file.subject.name, {digest.algorithm: digest.hex for digest in file.subject.digests}, file.size)
            for file in manifest.files[:MOST_FILES]
        ],
    )
