"""Manifests of every format in one view: which files a release consists of, and which release it is.

    our own     docs/schemas/manifest.schema.json     files with sizes, and all of a release key
    release     in-toto's release predicate           files, and a package URL
    checksums   a signed list of checksums            files alone

What a format cannot say is None, and stays missing where a policy asks for it.

Spec: countersign design, section 5 (Manifest)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.digests import Digest
from attestations.documents.checksums import listed_files
from attestations.faults import Fault, Place
from attestations.limits import Limits
from attestations.predicates import ManifestPredicate, ReleasePredicate, read_predicate
from attestations.predicates.manifest import PREDICATE_TYPE, Delta
from attestations.predicates.release import PREDICATE_TYPES
from attestations.statements import Claim, Statement, Subject

from .authenticated import Authenticated
from .documents import Vouched
from .faults import CheckFault
from .results import Source

TYPES = frozenset((PREDICATE_TYPE, *PREDICATE_TYPES))
"""The predicate types that are manifests."""


class Listed(Struct, frozen=True):
    """A file of the release: what the manifest says it is; `size` in bytes, `pointer` where in the statement.

    `delta` is there where the file is a difference to another one.
    """

    subject: Subject
    size: int | None = None
    pointer: str | None = None
    delta: Delta | None = None


class Manifest(Struct, frozen=True):
    """What a manifest says of a release. `commits` are those that the release names as what it was made of.

    `dated` says that its sequence is a date, in Unix seconds; `text` is the digest by which it is known, where that is
    not its file's.
    """

    format: str
    files: tuple[Listed, ...]
    vendor: Claim | None = None
    product: Claim | None = None
    channel: Claim | None = None
    platform: Claim | None = None
    variant: Claim | None = None
    version: Claim | None = None
    package: Claim | None = None
    sequence: int | None = None
    expires: datetime.datetime | None = None
    previous: Digest | None = None
    commits: tuple[str, ...] = ()
    dated: bool = False
    text: Digest | None = None

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return tuple(file.subject for file in self.files)


class Published(Struct, frozen=True):
    """A manifest with who authenticated it and where it stands; or why it cannot be read."""

    says: Manifest | Fault
    authenticated: Authenticated
    source: Source


def published(
    authenticated: Iterable[Authenticated], vouched: Iterable[Vouched], limits: Limits
) -> Iterator[Published]:
    """Every manifest that somebody authenticated, whoever that is: statements, then signed lists."""
    for item in authenticated:
        if item.statement is not None and item.statement.predicate_type in TYPES:
            yield Published(manifest_of(item.statement, item.evidence.source), item, Source.of(item.evidence))
    lists = [(voucher, _of_list(voucher, limits)) for voucher in vouched if voucher.document.kind == "checksums"]
    read = {voucher.document.digest for voucher, says in lists if isinstance(says, Manifest)}
    for voucher, says in lists:
        # What a list is called is nobody's word: a copy under a name that misleads takes nothing from the list.
        # And a file that a list merely lists may look like a list: what cannot be read as one is no word of anybody's.
        if isinstance(says, Manifest) or not (voucher.listed or voucher.document.digest in read):
            yield Published(says, voucher.authenticated, voucher.source)


def _of_list(voucher: Vouched, limits: Limits) -> Manifest | Fault:
    try:
        return Manifest("checksums", tuple(map(Listed, listed_files(voucher.document, limits))))
    except Fault as fault:
        return fault


def manifest_of(statement: Statement, source: str) -> Manifest | Fault:
    """What a statement of one of `TYPES` says, or why it cannot be read."""
    try:
        predicate = read_predicate(statement, source=source)
        if isinstance(predicate, ReleasePredicate):
            return _release(statement, predicate)
        assert isinstance(predicate, ManifestPredicate)
        return _own(statement, predicate)
    except Fault as fault:
        return fault


def _release(statement: Statement, predicate: ReleasePredicate) -> Manifest:
    files = tuple(
        Listed(subject, pointer=f"/subject/{index}")
        for index, subject in enumerate(statement.subjects)
        if subject.digests.strong
    )
    purl, pointer = predicate.purl, predicate.claim.pointer
    return Manifest(
        "release",
        files,
        product=Claim(purl.name, pointer),
        version=Claim(purl.version, pointer),
        package=predicate.claim,
        commits=tuple(commit for subject in statement.subjects if (commit := _commit(subject)) is not None),
    )


def _commit(subject: Subject) -> str | None:
    """The commit that a subject is. GitHub's releases write it as ``sha1`` and give it no digest of a file."""
    found = subject.digests.get("gitCommit") or (None if subject.digests.strong else subject.digests.get("sha1"))
    return found.hex if found is not None else None


def _own(statement: Statement, predicate: ManifestPredicate) -> Manifest:
    """Our own manifest. Raises: CheckFault ``manifest.contradicted``."""
    stated = {(subject.name, subject.digests.get("sha256")): subject for subject in statement.subjects}
    artifacts = {(file.name, file.sha256) for file in predicate.artifacts}
    if stated.keys() != artifacts or len(statement.subjects) != len(artifacts):
        raise CheckFault(
            "manifest.contradicted",
            "the manifest's files and the statement's subjects are not the same",
            place=Place(pointer="/subject"),
            expected=f"{len(artifacts)} subjects, as at /predicate/artifacts",
            actual=", ".join(sorted(name for name, _ in stated.keys() ^ artifacts)[:3])
            or f"{len(statement.subjects)} subjects",
        )
    return Manifest(
        "manifest",
        tuple(
            Listed(stated[file.name, file.sha256], file.size, file.pointer, file.delta) for file in predicate.artifacts
        ),
        vendor=predicate.vendor,
        product=predicate.product,
        channel=predicate.channel,
        platform=predicate.platform,
        variant=predicate.variant,
        version=predicate.version,
        sequence=predicate.sequence,
        expires=predicate.expires,
        previous=predicate.previous,
    )
