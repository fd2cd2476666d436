"""List what passed: bring the files for anybody, and the assured repository beside them, up to what was judged since.

    new verdicts ─► their artifacts ─► what stands about each, proved one by one ─► lists, snapshot, timestamp

An artifact is listed by what stands about it now, and not by what became of one verdict: so a run that was cut off, or
that comes twice, comes to the same. What was looked at is remembered beside the repository; where that does not fit the
database or the repository any more, everything is looked at again.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from verifier.assurance import Verifier, assure
from verifier.policy.plain import digest

from ...effects.faults import InputFault
from ...publish.static import StaticSite
from ...publish.tuf.edition import Edition, Written
from ...publish.tuf.entries import Standing, digest_path, list_file
from ...publish.tuf.present import read_present
from ...publish.tuf.settings import DIGESTS, RepositorySettings, read_settings
from ...publish.tuf.shelf import Shelf
from ...publish.tuf.taken import Taken, read_taken, write_taken
from ...store import assured, verdicts
from .publish import publish_ground

if TYPE_CHECKING:
    from attestations.trust_documents import TrustDocument

    from ...publish.tuf.keys import Keyring
    from ...signer.documents import Documents
    from ...signer.published import Published
    from ...store.assured import Touched
    from ...store.database import Database
    from ...store.verdicts import VerdictRow

PAGE = 500
SETTLED = datetime.timedelta(minutes=10)
"""Of what is younger, a transaction that began before may still add a smaller serial: it is looked at again."""


class Listing(Struct, frozen=True):
    """What a run came to: artifacts that were looked at, what was written; and what is not listed, each with why."""

    artifacts: int
    written: Written
    unlisted: tuple[Fault, ...]


class Ground(Struct, frozen=True):
    """Where verdicts are, what the operator published, and whose keys sign verdicts."""

    database: Database
    published: Published
    documents: Documents


def list_passed(ground: Ground, directory: Path, ring: Keyring, now: datetime.datetime) -> Listing:
    """Bring the files and the repository in `directory` up to what stands at `now`, signed with the keys in `ring`.

    Raises:
        StoreFault: ``store.unavailable``.
        SignerFault: ``signer.damaged``.
        InputFault, FormatFault, UpdateFault: where the present edition cannot be read.
        KeyFault: ``signing.too_few``, ``signing.failed``.
        OutputFault: ``output.unwritable``, ``publish.changed``.
    """
    settings, shelf, site = read_settings(directory), Shelf(directory), StaticSite(directory)
    document = ground.documents.current()
    if document is None:
        detail = "the service has no trust document yet: nobody says whose keys sign its verdicts"
        raise InputFault("input.not_found", detail, place=Place("trust"))
    publish_ground(ground.published, ground.documents, site)
    with shelf.alone():
        present = read_present(shelf)
        edition = Edition(shelf, present, ring, settings.lifetimes, now)
        looking = _Looking(ground, document, site, now)
        left = read_taken(directory, present)
        before = looking.goes_on(left, present.snapshot.common.version)
        artifacts = looking.artifacts(before)
        if before is None:
            artifacts |= _listed(edition)
        for batch in _batches(sorted(artifacts)):
            looking.list_all(edition, batch, settings)
        looking.list_again(edition, settings)
        written = edition.publish()
        after = read_present(shelf)
        if (taken := looking.taken(after.snapshot.common.version)) != left:
            write_taken(directory, taken, after, ring)
    return Listing(len(artifacts), written, tuple(looking.unlisted))


def _listed(edition: Edition) -> set[str]:
    start = digest_path("")
    return {path.removeprefix(start) for path in edition.paths() if path.startswith(f"{DIGESTS}/")}


def _batches(artifacts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    left = iter(artifacts)
    while batch := tuple(itertools.islice(left, PAGE)):
        yield batch


class _Looking:
    """One run's look at the database."""

    def __init__(self, ground: Ground, document: TrustDocument, site: StaticSite, now: datetime.datetime) -> None:
        self._ground = ground
        self._document = document
        self._site = site
        self._now = now
        self._verifiers = {
            digest(each.policy).hex: Verifier(each.policy, each.verifier) for each in ground.published.standing()
        }
        self._serial, self._id = 0, ""
        self._nameless: set[str] = set()
        self.unlisted: list[Fault] = []

    def goes_on(self, before: Taken | None, snapshot: int) -> Taken | None:
        """What was taken before, if this goes on from it: the same history, under the same trust document."""
        if before is None or before.snapshot > snapshot or before.document != self._document.terms.version:
            return None
        with self._ground.database.reading() as connection:
            same = before.serial == 0 or assured.id_at(connection, before.serial) == before.id
        return before if same else None

    def artifacts(self, before: Taken | None) -> set[str]:
        """The artifacts to look at: of verdicts since `before`, and of policies that stand no more."""
        found = set()
        settled = True
        if before is not None:
            self._serial, self._id = before.serial, before.id
            for policy in set(before.policies) - set(self._verifiers):
                found |= {row.artifact for row in self._touched(0, policy)}
        for row in self._touched(self._serial):
            found.add(row.artifact)
            settled = settled and row.created < self._now - SETTLED
            if settled:
                self._serial, self._id = row.serial, row.id
        self._publish_files(before.serial if before is not None else 0)
        return found

    def _touched(self, after: int, policy: str | None = None) -> Iterator[Touched]:
        while True:
            with self._ground.database.reading() as connection:
                rows = assured.touched(connection, after, PAGE, policy)
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1].serial

    def _publish_files(self, after: int) -> None:
        """Every verdict that passed since, as a file: also one that is superseded by now keeps its number."""
        while True:
            with self._ground.database.reading() as connection:
                rows = verdicts.issued(connection, after, PAGE)
            for row in rows:
                assert row.bundle is not None
                self._site.put_verdict(row.policy, row.artifact, row.bundle)
            if len(rows) < PAGE:
                return
            after = rows[-1].serial

    def list_all(self, edition: Edition, artifacts: Sequence[str], settings: RepositorySettings) -> None:
        """Let `edition` say of these artifacts what stands about them."""
        for sha256, standing in self._stand(artifacts):
            if list_file(edition, sha256, standing, settings):
                self._nameless.add(sha256)

    def list_again(self, edition: Edition, settings: RepositorySettings) -> None:
        """Have those without a name try once more: who had it may have been taken out after them."""
        for batch in _batches(sorted(self._nameless)):
            for sha256, standing in self._stand(batch):
                self.unlisted += list_file(edition, sha256, standing, settings)

    def _stand(self, artifacts: Sequence[str]) -> Iterator[tuple[str, tuple[Standing, ...]]]:
        """Each of these artifacts, and what stands about it and is proved."""
        with self._ground.database.reading() as connection:
            rows = assured.standing(connection, artifacts)
        found: dict[str, list[Standing]] = {sha256: [] for sha256 in artifacts}
        for row in rows:
            if (verifier := self._verifiers.get(row.policy)) is not None:
                try:
                    found[row.artifact].append(self._standing(row, verifier))
                except Fault as fault:
                    self.unlisted.append(fault.at(Place(f"sha256:{row.artifact}")))
        yield from ((sha256, tuple(each)) for sha256, each in found.items())

    def _standing(self, row: VerdictRow, verifier: Verifier) -> Standing:
        assert row.bundle is not None
        proved = assure(
            row.bundle, row.report, row.artifact, verifier, self._document, now=self._now, limits=DEFAULT_LIMITS
        )
        number = self._site.number_of(row.policy, row.artifact, row.bundle)
        return Standing(proved, number, hashlib.sha256(row.bundle).hexdigest())

    def taken(self, snapshot: int) -> Taken:
        """What the next run goes on from."""
        return Taken(self._serial, self._id, tuple(sorted(self._verifiers)), self._document.terms.version, snapshot)
