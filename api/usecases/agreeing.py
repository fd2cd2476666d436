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
from verifier.faults import UpdateFault
from verifier.updates.tuf.client import Bounds, Session
from verifier.updates.tuf.names import target_files
from verifier.updates.tuf.tap4 import Agreement, Answer, Listing, Refused, listing_of, search
from verifier.updates.tuf.trusted import Trusted, begin

from ..effects.faults import InputFault, OutputFault
from ..effects.kept_metadata import KeptMetadata
from ..effects.repository import Mirrors, Repository, at
from ..effects.writing import unwritable, write_streamed
from .repositories import Following

METADATA, TARGETS = "metadata", "targets"
"""Where a repository has what, below each of its addresses."""


class Sources(Struct, frozen=True):
    """The repositories of a map, what is kept of them under `directory`, and the one moment they are asked at."""

    repositories: RepositoryMap
    directory: Path
    now: datetime.datetime
    limits: Limits
    bounds: Bounds

    def following(self, name: str) -> Following:
        """The repository called `name`, which the map names."""
        places = tuple(at(f"{_base(address)}/{METADATA}") for address in self.repositories.repositories[name])
        return Following(Mirrors(places), self.kept(name))

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
        trusted[name] = begin(root, now=sources.now, limits=sources.limits)
    for name, root in roots.items():
        folder = sources.directory / name
        with unwritable(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
        sources.kept(name).put("root", root)
    return trusted


class Asked:
    """Repositories as they answer in one run: each is followed once, when it is first asked."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._sessions: dict[str, Session | Refused] = {}

    def session(self, name: str) -> Session | Refused:
        """What is trusted of the repository now, or why nothing is."""
        if name not in self._sessions:
            self._sessions[name] = self._refresh(name)
        return self._sessions[name]

    def _refresh(self, name: str) -> Session | Refused:
        asked = self._sources
        try:
            return asked.following(name).refresh(now=asked.now, limits=asked.limits, bounds=asked.bounds)
        except (InputFault, OutputFault):
            raise  # what was kept, or cannot be, is what an older state is refused by
        except Fault as fault:
            return Refused(name, fault)

    def find(self, path: str) -> Agreement:
        """What enough parties say of `path`. Raises: as `verifier.updates.tuf.tap4.search`."""

        def ask(name: str) -> Answer:
            session = self.session(name)
            if isinstance(session, Refused):
                return session
            try:
                return listing_of(name, session, self._sources.following(name).find(session, path))
            except (InputFault, OutputFault):
                raise
            except Fault as fault:
                return Refused(name, fault)

        return search(self._sources.repositories, path, ask)

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
            session = self.session(listing.repository)
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
