"""Files that several TUF repositories must agree on: their roots pinned, each followed by itself, one file fetched.

    DIR/<repository>/<role>.json    what is trusted of a repository, as its client keeps it

Spec: TAP 4
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.limits import Limits
from attestations.tuf.maps import RepositoryMap
from verifier.faults import OpinionFault, UpdateFault
from verifier.updates.tuf.client import Bounds, Found, Session
from verifier.updates.tuf.names import target_files
from verifier.updates.tuf.opinions import Confirmed
from verifier.updates.tuf.tap4 import Agreement, Answer, Listing, Refused, listing_of, search
from verifier.updates.tuf.trusted import Trusted, begin

from ..effects.faults import InputFault, OutputFault
from ..effects.kept_metadata import KeptMetadata
from ..effects.repository import Mirrors, Repository, at
from ..effects.writing import unwritable, write_streamed
from .repositories import Following
from .second_client import SecondClient, Seen

METADATA, TARGETS = "metadata", "targets"
"""Where a repository has what, below each of its addresses."""


class Sources(Struct, frozen=True):
    """The repositories of a map, what is kept of them under `directory`, and the one moment they are asked at."""

    repositories: RepositoryMap
    directory: Path
    now: datetime.datetime
    limits: Limits
    bounds: Bounds

    def metadata(self, name: str) -> tuple[Mirrors, ...]:
        """Where the repository called `name`, which the map names, has metadata: its places together, then each alone.

        A place that answers may lie where those before it say rightly that there is nothing: alone none does so.
        """
        places = tuple(at(f"{_base(address)}/{METADATA}") for address in self.repositories.repositories[name])
        return (Mirrors(places), *(Mirrors((place,)) for place in places if len(places) > 1))

    def kept(self, name: str) -> KeptMetadata:
        """What is kept of it; its name was read as one that is no path."""
        return KeptMetadata(self.directory / name)

    def files(self, name: str) -> tuple[Repository, ...]:
        """The places that have its targets."""
        return tuple(at(f"{_base(address)}/{TARGETS}") for address in self.repositories.repositories[name])


def _base(address: str) -> str:
    return address.rstrip("/")


def pin(sources: Sources, roots: Mapping[str, bytes]) -> dict[str, Trusted]:
    """Trust these roots, one for each repository that has none yet; all of them or none.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``; ``update.missing``: a repository has none.
        OutputFault: ``output.unwritable``; ``output.not_empty``: another is trusted already.
    """
    trusted = {}
    for name in sources.repositories.repositories:
        held = sources.kept(name).get("root")
        root = roots.get(name, held)
        if root is None:
            raise UpdateFault("update.missing", f"no root of {name} was handed over", expected=f"--root {name}=FILE")
        if held is not None and held != root:
            detail = "another root is trusted already: to begin anew, move the directory away"
            raise OutputFault("output.not_empty", detail, place=Place(str(sources.directory / name)))
        try:
            trusted[name] = begin(root, now=sources.now, limits=sources.limits)
        except Fault as fault:
            raise fault.at(fault.place.within(f"the root of {name}")) from None
    for name, root in roots.items():
        folder = sources.directory / name
        with unwritable(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
        sources.kept(name).put("root", root)
    return trusted


class Asked:
    """Repositories as they answer in one run: each is followed once, when it is first asked.

    Where what a repository's places serve together is refused, each is asked alone: a mirror that lies stops nobody.
    With a `second` client, each that is relied on is asked about there, too, and nothing is kept of it before.
    """

    def __init__(self, sources: Sources, second: SecondClient | None = None) -> None:
        self._sources = sources
        self._second = second
        self._seen: dict[str, Seen] = {}
        self._sessions: dict[str, Session | Refused] = {}
        self._turns = dict.fromkeys(sources.repositories.repositories, 0)
        self.confirmed: dict[str, Confirmed] = {}

    def current(self, name: str) -> Session | Refused:
        """What is trusted of the repository now, by every client that is asked; or why nothing is."""
        session = self._session(name)
        if isinstance(session, Refused):
            return session
        return self._refused(name, session, None, None) or session

    def _session(self, name: str) -> Session | Refused:
        if name not in self._sessions:
            self._sessions[name] = self._refresh(name)
        return self._sessions[name]

    def _refresh(self, name: str) -> Session | Refused:
        asked = self._sources
        refusals: list[Fault] = []
        while not refusals or self._turn(name):
            try:
                return self._following(name).refresh(now=asked.now, limits=asked.limits, bounds=asked.bounds)
            except (InputFault, OutputFault):
                raise  # what was kept, or cannot be, is what an older state is refused by
            except Fault as fault:
                refusals.append(fault)
        return Refused(name, refusals[0])

    def _turn(self, name: str) -> bool:
        """Ask others of the repository's places, from the beginning; False where there are none left."""
        left = self._turns[name] + 1 < len(self._sources.metadata(name))
        if left:
            self._turns[name] += 1
            self._seen.pop(name, None)
        return left

    def _following(self, name: str) -> Following:
        places, kept = self._sources.metadata(name)[self._turns[name]], self._sources.kept(name)
        if self._second is None:
            return Following(places, kept)
        seen = self._seen.setdefault(name, Seen(places, kept))
        return Following(seen, seen)

    def _refused(self, name: str, session: Session, path: str | None, found: Found | None) -> Refused | None:
        """Why the second client keeps the repository from being relied on, if it does."""
        if self._second is None:
            return None
        try:
            self.confirmed[name] = self._second.confirm(name, self._seen[name], session, path, found)
        except OpinionFault as fault:
            return Refused(name, fault)
        return None

    def find(self, path: str) -> Agreement:
        """What enough parties say of `path`. Raises: as `verifier.updates.tuf.tap4.search`."""
        answers: dict[str, Answer] = {}

        def ask(name: str) -> Answer:
            if name not in answers:
                answers[name] = self._answer(name, path)
            return answers[name]

        return search(self._sources.repositories, path, ask)

    def _answer(self, name: str, path: str) -> Answer:
        """What a repository says of `path`. That it lists it not leads to a weaker rule, and is asked about, too."""
        session = self._session(name)
        if isinstance(session, Refused):
            return session
        found: Found | None = None
        try:
            found = self._following(name).find(session, path)
            answer: Answer = listing_of(name, session, found)
        except (InputFault, OutputFault):
            raise
        except Fault as fault:
            answer = Refused(name, fault)
            if fault.reason != "update.target_unknown":
                return self._answer_elsewhere(name, path) or answer
        return self._refused(name, session, path, found) or answer

    def _answer_elsewhere(self, name: str, path: str) -> Answer | None:
        """What it says where others of its places are asked; None where there are none left, or no better ones."""
        if not self._turn(name):
            return None
        self._sessions[name] = session = self._refresh(name)
        return None if isinstance(session, Refused) else self._answer(name, path)

    def download(self, agreement: Agreement, output: str) -> str:
        """Write the file to `output`, as all who agree list it; the name of the repository that had it.

        Raises:
            UpdateFault: ``update.missing``, ``update.inconsistent``, ``update.unreachable``.
            OutputFault: ``output.unwritable``.
        """
        refusal: Fault = UpdateFault(
            "update.missing", "the file is listed, and nobody serves it", actual=agreement.path
        )
        for listing, place, name in self._offers(agreement):
            try:
                write_streamed(output, _Filling(agreement, place, name).fill)
            except _Absent:
                continue
            except UpdateFault as fault:
                refusal = fault
                continue
            return listing.repository
        raise refusal

    def _offers(self, agreement: Agreement) -> Iterator[tuple[Listing, Repository, str]]:
        for listing in agreement.listings:
            session = self._session(listing.repository)
            assert isinstance(session, Session)
            consistent = session.trusted.root.consistent_snapshot
            for place in self._sources.files(listing.repository):
                for name in target_files(agreement.path, listing.found.file, consistent=consistent):
                    yield listing, place, name


class _Absent(Exception):
    """The place has no such file."""


class _Filling(Struct, frozen=True):
    """A file that is measured while it is written."""

    agreement: Agreement
    place: Repository
    name: str

    def fill(self, file: BinaryIO) -> None:
        """Write what the place serves, if it is the file that was agreed on. Raises: UpdateFault, `_Absent`."""
        hashes = {algorithm: hashlib.new(algorithm) for algorithm in self.agreement.algorithms}

        def feed(chunk: bytes) -> None:
            file.write(chunk)
            for each in hashes.values():
                each.update(chunk)

        if not self.place.stream(self.name, self.agreement.file.length, feed):
            raise _Absent
        digests = {algorithm: each.hexdigest() for algorithm, each in hashes.items()}
        self.agreement.check(file.tell(), digests)
