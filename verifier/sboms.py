"""SBOMs that somebody authenticated, and what ties each to the artifact.

    attested    the SBOM is a statement's predicate      the statement's subject is the artifact
    beside      a document that somebody vouches for     its root component has the artifact's digest; or it states
                                                         none, and who vouches for it lists the artifact along with it:
                                                         in a manifest, a checksum list, a reference about the artifact

A signature over an SBOM which names no digest says that somebody wrote it, and not what it is of.

Spec: countersign design, section 5; decision 0060
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.documents.checksums import listed_files
from attestations.faults import Fault, Place
from attestations.limits import Limits
from attestations.predicates import Reference, read_predicate
from attestations.predicates.reference import PREDICATE_TYPE
from attestations.sboms import FORMATS, Sbom, format_of, node_of
from attestations.statements import Subject
from attestations.strict_json import Node

from .authenticated import Authenticated
from .checks.subject import bind_any
from .documents import Vouched, is_document, measured
from .faults import CheckFault
from .gather import Gathered
from .results import Source
from .verdict import Artifact


class Content(Struct, frozen=True):
    """What an SBOM says, and the whole of it as JSON."""

    sbom: Sbom
    node: Node


class Claimed(Struct, frozen=True):
    """An SBOM with who authenticated it and where it stands; or why it cannot be read.

    `listed` are the files that its authentication speaks of: a statement's subjects, a list's lines, none under a bare
    signature. `format` is what it presents itself as, readable or not. `attested` says that the SBOM is itself the
    statement, and so is about its subjects.
    """

    says: Content | Fault
    authenticated: Authenticated
    source: Source
    listed: tuple[Subject, ...]
    format: str
    attested: bool


def claimed(gathered: Gathered, limits: Limits) -> Iterator[Claimed]:
    """Every SBOM that somebody authenticated, whoever that is: statements, then documents."""
    for item in gathered.authenticated:
        statement = item.statement
        name = format_of(statement.predicate_type) if statement is not None else None
        if statement is not None and name is not None:
            node = Node(statement.predicate, item.evidence.source, "/predicate")
            yield Claimed(_attested(name, node), item, Source.of(item.evidence), statement.subjects, name, True)
    vouched = (*gathered.vouched, *_referred(gathered))
    for voucher in vouched:
        if voucher.document.kind in FORMATS:
            says, listed = _document(voucher, limits), tuple(_listed(voucher, vouched, limits))
            yield Claimed(says, voucher.authenticated, voucher.source, listed, voucher.document.kind, False)


def _referred(gathered: Gathered) -> Iterator[Vouched]:
    """Documents that an authenticated reference means, by their digest and never by where it says that they are."""
    for item in gathered.authenticated:
        if item.statement is None or item.statement.predicate_type != PREDICATE_TYPE:
            continue
        try:
            reference = read_predicate(item.statement, source=item.evidence.source)
        except Fault:
            continue
        assert isinstance(reference, Reference)
        for document, own in map(measured, gathered.documents):
            if any(is_document(each.digests, own) for each in reference.references):
                yield Vouched(document, item)


def _attested(name: str, node: Node) -> Content | Fault:
    try:
        return Content(FORMATS[name](node), node)
    except Fault as fault:
        return fault


def _document(voucher: Vouched, limits: Limits) -> Content | Fault:
    try:
        node = node_of(voucher.document, limits)
        return Content(FORMATS[voucher.document.kind](node), node)
    except Fault as fault:
        return fault


def _listed(voucher: Vouched, vouched: Iterable[Vouched], limits: Limits) -> Iterator[Subject]:
    """What is vouched for in one breath with the document."""
    if voucher.authenticated.statement is not None:
        yield from voucher.authenticated.statement.subjects
        return
    for other in vouched:
        if other.document.kind == "checksums" and other.authenticated == voucher.authenticated:
            with contextlib.suppress(Fault):
                yield from listed_files(other.document, limits)


def roots_of(sbom: Sbom) -> tuple[Subject, ...]:
    """What the SBOM is of, as far as it states digests that identify a file."""
    roots = [root for root in sbom.roots if root.digests.strong]
    return tuple(Subject(root.name.value if root.name is not None else "", root.digests) for root in roots)


def bind_sbom(item: Claimed, artifact: Artifact) -> None:
    """The SBOM is about `artifact`; one that cannot be read may be, unless its statement is about something else.

    Raises:
        CheckFault: ``sbom.digest``, ``sbom.unbound``, and as `checks.subject.bind_subjects`.
    """
    measured = artifact.size is not None
    if item.attested:
        bind_any(item.listed, artifact.digests, measured=measured, pointer="/subject")
        return
    if isinstance(item.says, Fault):
        return
    sbom = item.says.sbom
    if roots := roots_of(sbom):
        bind_roots(roots, sbom, artifact)
        return
    try:
        bind_any(item.listed, artifact.digests, measured=measured, pointer="")
    except CheckFault:
        raise CheckFault(
            "sbom.unbound",
            "nothing ties the SBOM to the artifact: it states no digest, and who vouches for it does not list the two",
            expected="a digest of the root component, or a manifest or statement that lists the artifact too",
        ) from None


def bind_roots(roots: tuple[Subject, ...], sbom: Sbom, artifact: Artifact) -> None:
    """One of `roots` is `artifact`. Raises: CheckFault ``sbom.digest``, ``subject.uncompared``."""
    pointer = sbom.roots[0].pointer
    try:
        bind_any(roots, artifact.digests, measured=artifact.size is not None, pointer=pointer)
    except CheckFault as fault:
        if fault.reason != "subject.mismatch":
            raise
        raise CheckFault(
            "sbom.digest",
            "the SBOM is of another file: its root component has another digest",
            place=Place(pointer=pointer),
            expected=fault.expected,
            actual=fault.actual,
        ) from None
