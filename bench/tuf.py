"""An assured repository as it grows: the first edition, one file more, and a client that finds one file.

    python -m bench.tuf 1000000        one size by itself, with what it takes; a million takes minutes and 5 GB

Every file is listed by digest and by name, under one verdict, in 1,024 lists. The client is new each time: it has the
root and nothing else. Files are read from a directory, so that no network is in it.
"""

from __future__ import annotations

import datetime
import hashlib
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from api.publish.tuf.beginning import Sharing, begin_repository
from api.publish.tuf.edition import Edition
from api.publish.tuf.entries import Standing, list_file
from api.publish.tuf.present import read_present
from api.publish.tuf.settings import RepositorySettings
from api.publish.tuf.shelf import Shelf
from attestations.digests import Digest
from tests.ceremony.parties import root_of, signed
from tests.publish.assured import LONG, NOW, PEOPLE, LibraryClient, OurClient, document, ring_of
from verifier.assurance import Assured
from verifier.verdict import PolicyReference

from .rows import Budget, Row
from .timing import in_turn, wall

BITS = 10
SMALL, LARGE = 1_000, 100_000
SETTINGS = RepositorySettings(lifetimes=LONG)


class Measured(Struct, frozen=True):
    """Seconds: for the first edition, for one file more, for a client of ours and of the library to find a file.

    `served` is how many bytes the client of ours read, `size` how many the repository has.
    """

    first: float
    more: float
    ours: float
    library: float
    served: int
    size: int


def rows() -> Iterator[Row]:
    """How each of them grows from `SMALL` to `LARGE`, and our client against the library's."""
    small, large = measure(SMALL), measure(LARGE)
    of = f"an assured repository, {LARGE:,} files against {SMALL:,}"
    yield Row(f"{of}: first edition", large.first, "s", small.first, None)
    yield Row(f"{of}: one file more", large.more * 1e3, "ms", small.more * 1e3, None)
    yield Row(f"{of}: a new client finds a file", large.ours * 1e3, "ms", small.ours * 1e3, None)
    yield Row(f"{of}: what a new client reads", large.served / 1e3, "kB", small.served / 1e3, None)
    name = f"a new client finds one of {LARGE:,} files: against the client of `tuf`"
    yield Row(name, large.ours * 1e3, "ms", large.library * 1e3, Budget(1.0))


def measure(files: int) -> Measured:
    """A repository of that many files."""
    with tempfile.TemporaryDirectory() as folder:
        place = _Place(Path(folder))
        start = wall()
        place.say(range(files))
        first = wall() - start
        numbers = iter(range(files, files + 100))
        more, _ = in_turn(lambda: place.say([next(numbers)]), int, rounds=5, clock=wall)
        clients = iter(range(1000))
        ours, library = in_turn(
            place.ours,
            lambda: LibraryClient(place, place.directory / f"client-{next(clients)}").find(path_of(0)),
            rounds=5,
            clock=wall,
        )
        size = sum(path.stat().st_size for path in place.shelf.place.iterdir())
        return Measured(first, more, ours, library, place.served, size)


class _Place:
    """A repository, begun; as `tests.publish.assured` knows one."""

    def __init__(self, folder: Path) -> None:
        self.directory = folder
        self.shelf = Shelf(folder)
        self.anchor = signed(document(), *PEOPLE)
        sharing = Sharing(dict([root_of("bins")]), 1, BITS, succinct=False)
        begin_repository(folder, [self.anchor], sharing, ring_of(), SETTINGS, NOW)
        self.served = 0

    def say(self, numbers: range | list[int]) -> None:
        """Publish an edition with these files more."""
        with self.shelf.alone():
            edition = Edition(self.shelf, read_present(self.shelf), ring_of(), LONG, NOW)
            for number in numbers:
                list_file(edition, sha256_of(number), [standing(number)], SETTINGS)
            edition.publish()

    def ours(self) -> None:
        client = OurClient(self)
        client.find(path_of(0))
        self.served = sum((self.shelf.place / name).stat().st_size for name in client.asked[1:])


def sha256_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def path_of(number: int) -> str:
    return f"acme/endpoint/7.{number}.0/endpoint-7.{number}.0.exe"


def standing(number: int) -> Standing:
    """A verdict on the file of that number."""
    policy = PolicyReference("https://audit.example/policies/acme-endpoint", 3, Digest("sha256", "ab" * 32))
    version = f"7.{number}.0"
    assured = Assured(
        policy=policy,
        vendor="acme",
        product="endpoint",
        resource=f"pkg:generic/acme/endpoint@{version}",
        version=version,
        level="VI_LEVEL_1",
        size=1_000_000 + number,
        name=f"endpoint-{version}.exe",
        time=NOW + datetime.timedelta(seconds=number),
    )
    return Standing(assured, 1, sha256_of(-number))


def main(files: int) -> None:
    """Print what a repository of that many files takes."""
    measured = measure(files)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{files:,} files, {1 << BITS:,} lists, {measured.size / 1e6:.1f} MB; peak memory {peak:.2f} GB")
    print(f"first edition {measured.first:.1f} s, one file more {measured.more * 1e3:.0f} ms")
    print(
        f"a new client finds a file: ours {measured.ours * 1e3:.0f} ms, tuf {measured.library * 1e3:.0f} ms;", end=" "
    )
    print(f"it reads {measured.served / 1e3:.0f} kB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
