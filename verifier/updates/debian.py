"""A Debian archive, followed from who signed its Release down to one package, and as a sequence of Releases.

    who signed ─► Release ─► Packages, by its digest, whatever it is called ─► the package, by its digest

    Release as a manifest    vendor     Origin        channel   Codename, else Suite
                             product    Label, else Origin
                             sequence   its Date, in Unix seconds: what goes on and never back (U03, U05)

Spec: https://wiki.debian.org/DebianRepository/Format; countersign design, section 4 (Current); decision 0110
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from msgspec import Struct

from attestations.debian.compression import is_compressed
from attestations.debian.index import Entry, PackageIndex
from attestations.debian.release import ListedIndex, Release, parse_release
from attestations.digests import Digest, DigestSet
from attestations.documents import PACKAGES, Document
from attestations.faults import Fault, FormatFault
from attestations.limits import Limits
from attestations.statements import Claim, Subject

from ..authenticated import Authenticated
from ..documents import Vouched
from ..manifests import Listed, Manifest

RELEASE = "debian-release"
"""The kind of documents that are Releases."""


class Signed(Struct, frozen=True):
    """A Release, everybody who signed it, and what it says or why that cannot be read."""

    document: Document
    by: tuple[Authenticated, ...]
    says: Release | Fault


class Leads(Struct, frozen=True):
    """Where a Release leads: an index that it lists, and in it the entries of the package, or why they are not read."""

    index: Document
    listed: tuple[ListedIndex, ...]
    entries: tuple[Entry, ...] | Fault


class Archives:
    """What the documents of a run read as, each once: Releases, and indexes about which many packages may be asked."""

    def __init__(self) -> None:
        self._releases: dict[Digest, Release | Fault] = {}
        self._indexes: dict[Digest, PackageIndex] = {}

    def signed(self, vouched: Iterable[Vouched], limits: Limits) -> tuple[Signed, ...]:
        """The Releases that somebody signed, each once, whoever that is."""
        found: dict[Document, list[Authenticated]] = {}
        for voucher in vouched:
            if voucher.document.kind == RELEASE and not voucher.listed:
                found.setdefault(voucher.document, []).append(voucher.authenticated)
        return tuple(Signed(document, tuple(by), self._release(document, limits)) for document, by in found.items())

    def _release(self, document: Document, limits: Limits) -> Release | Fault:
        if document.digest not in self._releases:
            try:
                self._releases[document.digest] = parse_release(document, limits)
            except Fault as fault:
                self._releases[document.digest] = fault
        return self._releases[document.digest]

    def _listed(self, release: Release, document: Document, limits: Limits) -> tuple[ListedIndex, ...]:
        """Where the Release lists the index: by the digest of its file, or of what that expands to: apt packs anew."""
        listed = release.listed(document.digest)
        if not listed and is_compressed(document.content):
            with contextlib.suppress(FormatFault):
                listed = release.listed(self.index(document, limits).digest())
        return listed

    def index(self, document: Document, limits: Limits) -> PackageIndex:
        """The index in a document, of which several packages may be asked."""
        return self._indexes.setdefault(document.digest, PackageIndex(document, limits))

    def leads(self, release: Release, documents: Iterable[Document], sha256: str, limits: Limits) -> tuple[Leads, ...]:
        """The indexes among `documents` that the Release lists, by their digests, and what they say of a package."""
        found: list[Leads] = []
        for document in documents:
            if document.kind == PACKAGES and (listed := self._listed(release, document, limits)):
                try:
                    entries: tuple[Entry, ...] | Fault = self.index(document, limits).entries(sha256)
                except Fault as fault:
                    entries = fault
                found.append(Leads(document, listed, entries))
        return tuple(found)


def as_manifest(release: Release, entries: Iterable[Entry]) -> Manifest:
    """A Release in the view that releases are followed in; of its files, those of `entries`."""
    origin, channel = release.origin, release.codename or release.suite
    return Manifest(
        "debian",
        tuple(
            Listed(Subject(entry.filename, DigestSet((Digest("sha256", entry.sha256),))), entry.size)
            for entry in entries
        ),
        vendor=_claim(origin),
        product=_claim(release.label or origin),
        channel=_claim(channel),
        version=_claim(release.date.isoformat().replace("+00:00", "Z")),
        sequence=int(release.date.timestamp()),
        expires=release.until,
        dated=True,
        # The text and not its file: a mirror may serve it with its signatures within, beside it, or with one more.
        text=release.text,
    )


def _claim(text: str | None) -> Claim | None:
    return Claim(text, "") if text is not None else None
