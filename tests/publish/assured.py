"""An assured repository in a directory, and two clients of it: ours, and the `tuf` library's."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import Updater  # type: ignore[attr-defined]  # it is theirs to give
from tuf.ngclient.fetcher import FetcherInterface

from api.effects.repository import DirectoryRepository
from api.publish.tuf.beginning import Sharing, begin_repository
from api.publish.tuf.edition import Edition, Written
from api.publish.tuf.keys import Keyring
from api.publish.tuf.present import read_present
from api.publish.tuf.renewing import renew
from api.publish.tuf.settings import RepositorySettings, read_settings
from api.publish.tuf.shelf import METADATA, Shelf
from attestations.limits import DEFAULT_LIMITS
from attestations.trust_documents import RoleKeys, Terms
from attestations.tuf.writing import Part, target_part
from tests.ceremony.parties import person, root_of, signed, terms
from verifier.updates.tuf.client import Bounds, Found, find, refresh
from verifier.updates.tuf.driving import drive
from verifier.updates.tuf.due import Lifetimes

NOW = datetime.datetime(2026, 3, 2, 11, 4, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
ROLES = ("targets", "snapshot", "timestamp")
PEOPLE = ("ann", "bert")
LONG = Lifetimes(**dict.fromkeys(ROLES, 70 * 365 * 24 * 3600))
LATER = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)


def role_keys(*names: str, threshold: int = 1) -> RoleKeys:
    """A role that these sign."""
    return RoleKeys(dict(map(root_of, names)), threshold)


def document(**below: RoleKeys) -> Terms:
    """A first trust document, whose roles are signed each by whoever is called as it is."""
    return replace(terms(), expires=LATER, below={role: role_keys(role) for role in ROLES} | below)


def ring_of(*names: str) -> Keyring:
    """The keys of these."""
    return Keyring(map(person, names or (*ROLES, "bins")))


class Anchored(Protocol):
    """A repository in a directory, and the root that clients are handed first."""

    directory: Path
    anchor: bytes


class Repository:
    """A repository that was begun at `NOW`, in `directory`."""

    def __init__(
        self,
        directory: Path,
        *,
        bits: int = 2,
        succinct: bool = False,
        lifetimes: Lifetimes = LONG,
        said: Terms | None = None,
        ring: Keyring | None = None,
    ) -> None:
        self.directory = directory
        self.shelf = Shelf(directory)
        self.said = said or document()
        sharing = Sharing(dict([root_of("bins")]), 1, bits, succinct)
        self.anchor = signed(self.said, *PEOPLE)
        begin_repository(
            directory, [self.anchor], sharing, ring or ring_of(), RepositorySettings(lifetimes=lifetimes), NOW
        )

    def say(self, changes: Iterable[tuple[str, Part | None]], now: datetime.datetime = NOW) -> Written:
        """Publish an edition with these changes."""
        with self.shelf.alone():
            lifetimes = read_settings(self.directory).lifetimes
            edition = Edition(self.shelf, read_present(self.shelf), ring_of(), lifetimes, now)
            for path, target in changes:
                edition.put(path, target)
            return edition.publish()

    def renew(self, *keys: str, now: datetime.datetime = NOW, **given: Any) -> Written:
        """Sign anew what is due, with the keys of these."""
        with self.shelf.alone():
            return renew(self.shelf, ring_of(*keys), read_settings(self.directory).lifetimes, now, **given)

    def files(self) -> set[str]:
        return {path.name for path in self.shelf.place.iterdir()}


def target(text: str) -> Part:
    """What a list says of a file that holds `text`."""
    content = text.encode()
    return target_part(
        len(content), hashlib.sha256(content).hexdigest(), {"countersign": {"verdicts": {}, "paths": []}}
    )


class OurClient:
    """Our client; what it kept outlives its sessions, and so does what it was handed first."""

    def __init__(self, repository: Anchored) -> None:
        self._files = DirectoryRepository(repository.directory / METADATA)
        self._kept = {"root": repository.anchor}
        self.asked: list[str] = []

    def kept(self, role: str) -> bytes | None:
        return self._kept.get(role)

    def keep(self, role: str, content: bytes) -> None:
        self._kept[role] = content

    def fetch(self, name: str, most: int) -> bytes | None:
        self.asked.append(name)
        return self._files.fetch(name, most)

    def find(self, path: str, now: datetime.datetime = NOW) -> Found:
        session = drive(refresh(now=now, limits=DEFAULT_LIMITS, bounds=Bounds()), self)
        return drive(find(session, path), self)


class _Files(FetcherInterface):
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = self._directory / url.rpartition("/")[2]
        if not path.is_file():
            raise DownloadHTTPError(path.name, 404)
        yield path.read_bytes()


class LibraryClient:
    """The client of the `tuf` library, whose clock is the machine's: what it follows must hold for `LONG`."""

    def __init__(self, repository: Anchored, directory: Path) -> None:
        self._fetcher = _Files(repository.directory / METADATA)
        self._directory = directory
        self._anchor = repository.anchor

    def find(self, path: str) -> Any:
        """What it finds at `path`: its `TargetFile`, None where the repository lists none. Raises: what it raises."""
        updater = Updater(
            str(self._directory), "http://repository.example/", fetcher=self._fetcher, bootstrap=self._anchor
        )
        return updater.get_targetinfo(path)
