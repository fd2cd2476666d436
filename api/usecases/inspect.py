"""What evidence says, taken at its word: for people who want to see a file before they ask whether it is true.

Nothing is verified here. No signature is checked, no certificate is traced, and payloads are read without their
signatures: what comes out is what anybody could have written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from msgspec import Struct

from attestations.bundles import (
    Bundle,
    CertificateMaterial,
    Envelope,
    Evidence,
    LogEntry,
    Metablock,
    MinisignSignature,
    OpenPgpSignature,
    PackageSignature,
    PublicKeyMaterial,
    SshSignature,
)
from attestations.digests import Digest
from attestations.documents import Document, read_documents
from attestations.documents.checksums import parse_checksums
from attestations.evidence import read_evidence
from attestations.faults import Fault
from attestations.layouts.layout import parse_layout
from attestations.layouts.link import parse_link
from attestations.layouts.parts import Layout
from attestations.limits import Limits
from attestations.statements import Statement, parse_statement
from verifier.manifests import TYPES, manifest_of

from ..effects.files import Files
from ..effects.paths import shown
from .evidence import read_file
from .sayings import said

_LISTED = 10
"""Subjects of a statement that are listed; of more it is said how many."""


class Seen(Struct, frozen=True):
    """One bundle: where it stood, what it is, and claims as (what, text), in an order for reading."""

    place: str
    carrier: str
    claims: tuple[tuple[str, str], ...]


class Inspection(Struct, frozen=True):
    """A file: its bundles as they present themselves, and the faults of those that cannot be read."""

    name: str
    digest: Digest | None
    size: int
    seen: tuple[Seen, ...]
    faults: tuple[Fault, ...]


def inspect(path: str, files: Files, limits: Limits) -> Inspection:
    """What the file of evidence at `path` says. NOT VERIFIED.

    Raises:
        InputFault: ``input.*``.
        LimitFault: ``limit.bundle``, ``limit.manifest``, ``limit.sbom``.
    """
    content = read_file(path, files, limits).content
    documents = read_documents(((shown(path), content),), limits)
    items = read_evidence(shown(path), content, limits)
    return Inspection(
        shown(path),
        items[0].digest if items else documents[0].digest if documents else None,
        len(content),
        (
            *(_document(document, limits) for document in documents),
            *(_seen(item, limits) for item in items if isinstance(item, Evidence)),
        ),
        tuple(item.fault for item in items if not isinstance(item, Evidence)),
    )


def _document(document: Document, limits: Limits) -> Seen:
    """A document as it presents itself; of a checksum list the files that it lists."""
    claims: list[tuple[str, str]] = [("signs", "nothing itself; somebody else must vouch for it")]
    if document.kind == "checksums":
        try:
            found = parse_checksums(document, limits)
        except Fault as fault:
            return Seen(document.source, document.kind, (("list", f"cannot be read: {fault.detail} [{fault.reason}]"),))
        claims += [("lists", f"{entry.name}  {entry.digest}") for entry in found[:_LISTED]]
        claims += [("lists", f"and {len(found) - _LISTED} more files")] if len(found) > _LISTED else []
    return Seen(document.source, document.kind, tuple(claims))


def _seen(evidence: Evidence, limits: Limits) -> Seen:
    bundle = evidence.bundle
    place = f"{evidence.source}#{evidence.pointer}" if evidence.pointer else evidence.source
    claims = (*_content(bundle, evidence.source, limits), *_material(bundle), *_logged(bundle))
    return Seen(place, bundle.carrier, claims)


def _content(bundle: Bundle, source: str, limits: Limits) -> Iterator[tuple[str, str]]:
    content = bundle.content
    if isinstance(content, Metablock):
        yield from _metadata(content, source, limits)
        return
    if isinstance(content, PackageSignature):
        yield "signs", f"{content.name} {content.version}, sha512:{content.sha512}"
        return
    if isinstance(content, MinisignSignature):
        yield (
            "signs",
            f"a file's {'BLAKE2b-512' if content.prehashed else 'bytes'}; the key's id is {content.key_id.hex()}",
        )
        yield "comment", content.comment.decode("utf-8", "replace")
        return
    if isinstance(content, OpenPgpSignature):
        yield "signs", "the text in this file" if content.clearsigned else "a file's bytes"
        yield "made", _moment(datetime.datetime.fromtimestamp(content.created, datetime.UTC))
        return
    if isinstance(content, SshSignature):
        yield "signs", f"a file's {content.hash}, for the namespace {content.namespace!r}, by {content.algorithm}"
        return
    if not isinstance(content, Envelope):
        yield "signs", f"an artifact's own bytes, {content.digest or 'without naming their digest'}"
        return
    count = len(content.signatures)
    yield "envelope", f"{content.payload_type}, {count} signature{'' if count == 1 else 's'}"
    try:
        statement = parse_statement(content.payload, source=source, limits=limits)
    except Fault as fault:
        yield "payload", f"no statement: {fault.detail} [{fault.reason}]"
        return
    yield from _statement(statement)


def _metadata(content: Metablock, source: str, limits: Limits) -> Iterator[tuple[str, str]]:
    """What a layout or a link of in-toto's says. Neither an inspection nor anything else in it is run."""
    count = len(content.signatures)
    yield "metadata", f"an in-toto {content.kind}, {count} signature{'' if count == 1 else 's'}"
    try:
        if content.kind == "layout":
            yield from _layout(parse_layout(content.content, source=source, limits=limits))
        else:
            link = parse_link(content.content, source=source, limits=limits)
            yield "step", f"{link.name}: {len(link.materials)} materials, {len(link.products)} products"
    except Fault as fault:
        yield "content", f"cannot be read: {fault.detail} [{fault.reason}]"


def _layout(layout: Layout) -> Iterator[tuple[str, str]]:
    yield "expires", _moment(layout.expires)
    for step in layout.steps[:_LISTED]:
        needs = [(step.keyids, step.threshold), *((each.keyids, each.threshold) for each in step.predicates)]
        by = [f"by {threshold} of {len(keyids)} keys" for keyids, threshold in needs if keyids]
        yield "step", f"{step.name}: {', '.join(by) or 'by nobody'}"
    if len(layout.steps) > _LISTED:
        yield "step", f"and {len(layout.steps) - _LISTED} more steps"
    for inspection in layout.inspections[:_LISTED]:
        yield "inspection", f"{inspection.name}: {' '.join(inspection.command)} (never run)"


def _statement(statement: Statement) -> Iterator[tuple[str, str]]:
    yield "states", f"{statement.predicate_type} ({statement.type})"
    for subject in statement.subjects[:_LISTED]:
        digests = " ".join(map(str, subject.digests)) or "no digest"
        yield "about", f"{subject.name or 'no name'}  {digests}"
    if len(statement.subjects) > _LISTED:
        yield "about", f"and {len(statement.subjects) - _LISTED} more subjects"
    yield from _manifest(statement)
    yield from said(statement)


def _manifest(statement: Statement) -> Iterator[tuple[str, str]]:
    """What a manifest says of its release."""
    if statement.predicate_type not in TYPES:
        return
    manifest = manifest_of(statement, "")
    if isinstance(manifest, Fault):
        yield "manifest", f"cannot be read: {manifest.detail} [{manifest.reason}]"
        return
    fields = ("vendor", "product", "channel", "platform", "variant", "version", "package")
    yield "manifest", ", ".join(f"{name} {getattr(manifest, name).value}" for name in fields if getattr(manifest, name))
    if manifest.sequence is not None:
        yield "sequence", str(manifest.sequence)
    if manifest.expires is not None:
        yield "expires", _moment(manifest.expires)


def _material(bundle: Bundle) -> Iterator[tuple[str, str]]:
    material = bundle.material
    if isinstance(material, CertificateMaterial):
        yield "signer", _certificate(material.leaf)
    elif isinstance(material, PublicKeyMaterial):
        yield "signer", f"a public key that it calls {material.hint!r}"
    else:
        keyids = [signature.keyid for signature in getattr(bundle.content, "signatures", ())]
        yield "signer", f"a key that it calls {', '.join(filter(None, keyids)) or 'nothing'}"


def _certificate(leaf: bytes) -> str:
    from cryptography import x509

    odd = (x509.DuplicateExtension, x509.ExtensionNotFound, x509.InvalidVersion, x509.UnsupportedGeneralNameType)
    try:
        certificate = x509.load_der_x509_certificate(leaf)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        values = [str(getattr(name, "value", name)) for name in names]
        span = f"{_moment(certificate.not_valid_before_utc)} to {_moment(certificate.not_valid_after_utc)}"
    except (ValueError, *odd) as error:
        return f"a certificate that cannot be read ({type(error).__name__})"
    return f"{', '.join(values)}, by a certificate for {span}"


def _logged(bundle: Bundle) -> Iterator[tuple[str, str]]:
    for entry in bundle.entries:
        yield "logged", _entry(entry)
    if bundle.timestamps:
        yield "time", f"{len(bundle.timestamps)} RFC 3161 timestamp{'' if len(bundle.timestamps) == 1 else 's'}"


def _entry(entry: LogEntry) -> str:
    text = f"{entry.kind} {entry.version}, #{entry.log_index}"
    if entry.integrated_time is not None and entry.integrated_time < _LATEST:
        text += f", {_moment(datetime.datetime.fromtimestamp(entry.integrated_time, datetime.UTC))}"
    means = [word for word, there in (("promise", entry.promise), ("inclusion proof", entry.proof)) if there]
    return f"{text}, with {' and '.join(means) or 'no proof'}"


_LATEST = 253402300800
"""The first second of the year 10000, which no calendar of ours holds."""


def _moment(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
