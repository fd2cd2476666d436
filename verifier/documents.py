"""Who vouches for a document: somebody authenticated signed its bytes, or stated something about its digest.

    signature   over the document's bytes, as over an artifact's
    statement   whose subject is the document: an SBOM in a manifest, an attestation about it
    list        a checksum list that is itself vouched for by a signature, and that lists the document

A document that nobody vouches for confers nothing. One that somebody vouches for is that party's word, and whether the
policy asks for that party's word is for the requirement to say: the voucher may be anybody whom a trust root knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.bundles import Content, DetachedSignature, MessageSignature
from attestations.digests import STRONG, Digest, DigestSet
from attestations.documents import PACKAGES, Document
from attestations.documents.checksums import listed_files
from attestations.faults import Fault
from attestations.limits import Limits

from .authenticated import Authenticated
from .detached.whole import Whole
from .results import Source


class Vouched(Struct, frozen=True):
    """A document, and the authenticated evidence that makes it its signers' word; `listed` where a list alone does."""

    document: Document
    authenticated: Authenticated
    listed: bool = False

    @property
    def source(self) -> Source:
        """The document itself: what stands in it is cited there."""
        return Source(self.document.digest, self.document.source, "")


Measured = tuple[Document, Whole]
"""A document, and its bytes by the digests that somebody may state of them."""


def measured(document: Document) -> Measured:
    """The document, measured. An archive's index is large, and its Release lists it by SHA-256: it needs no more."""
    if document.kind == PACKAGES:
        return document, Whole((document.digest,), document.content)
    digests = tuple(Digest(name, hashlib.new(name, document.content).hexdigest()) for name in sorted(STRONG))
    return document, Whole(digests, document.content)


def may_cover(content: Content, document: Whole) -> bool:
    """Whether this is a signature over bytes that may be the document's, as far as its carrier says."""
    if isinstance(content, DetachedSignature):
        return True
    if not isinstance(content, MessageSignature):
        return False
    return content.digest is None or content.digest in document.digests


def stated(documents: Iterable[Measured], authenticated: Iterable[Authenticated]) -> Iterator[Vouched]:
    """The documents that are a subject of an authenticated statement."""
    items = [item for item in authenticated if item.statement is not None]
    for document, own in documents:
        for item in items:
            if item.statement is not None and any(
                is_document(subject.digests, own) for subject in item.statement.subjects
            ):
                yield Vouched(document, item)


def listed(documents: Iterable[Measured], signed: Iterable[Vouched], limits: Limits) -> Iterator[Vouched]:
    """The documents that a signed checksum list lists. A list that cannot be read lists nothing."""
    others = tuple(documents)
    for voucher in signed:
        if voucher.document.kind != "checksums":
            continue
        try:
            files = listed_files(voucher.document, limits)
        except Fault:
            continue
        for document, own in others:
            if any(is_document(file.digests, own) for file in files):
                yield Vouched(document, voucher.authenticated, listed=True)


def is_document(digests: DigestSet, document: DigestSet) -> bool:
    """Whether `digests` state a strong digest, and every strong one that they state is the document's."""
    return bool(digests.strong) and all(digest == document.get(digest.algorithm) for digest in digests.strong)
