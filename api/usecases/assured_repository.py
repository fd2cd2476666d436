"""Begin an assured repository, keep its signatures fresh, and say when the next is due. No service is needed for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from verifier.keys import PublicKey
from verifier.trust_documents import root_key
from verifier.updates.tuf.due import Deadline, deadlines

from ..effects.keys import Signer
from ..publish.tuf.beginning import Sharing, begin_repository
from ..publish.tuf.edition import Written
from ..publish.tuf.keys import Keyring
from ..publish.tuf.present import read_present
from ..publish.tuf.renewing import NewKeys, renew
from ..publish.tuf.settings import RepositorySettings, read_settings
from ..publish.tuf.shelf import Shelf


class Lists(Struct, frozen=True):
    """Whose keys sign the lists, how many of them must, and how many lists there are: 2^`bits`."""

    keys: tuple[PublicKey, ...]
    threshold: int
    bits: int
    succinct: bool


def begin(
    directory: Path,
    roots: Iterable[bytes],
    lists: Lists,
    signers: Iterable[Signer],
    settings: RepositorySettings,
    now: datetime.datetime,
) -> int:
    """Begin a repository in `directory`; how many lists it has. Raises: as `publish.tuf.beginning.begin_repository`."""
    sharing = Sharing(dict(map(root_key, lists.keys)), lists.threshold, lists.bits, lists.succinct)
    return begin_repository(directory, roots, sharing, Keyring(signers), settings, now)


def refresh(
    directory: Path,
    signers: Iterable[Signer],
    now: datetime.datetime,
    *,
    roots: tuple[bytes, ...] = (),
    keys: tuple[PublicKey, ...] = (),
    threshold: int = 1,
) -> Written:
    """Sign anew what is due, follow `roots`, and give the lists to other `keys` where there are any.

    Raises:
        InputFault: ``input.*``.
        FormatFault, UpdateFault: as `publish.tuf.renewing.renew`.
        KeyFault: ``signing.too_few``, ``signing.failed``.
        OutputFault: ``output.unwritable``.
    """
    shelf, settings = Shelf(directory), read_settings(directory)
    lists = NewKeys(dict(map(root_key, keys)), threshold) if keys else None
    with shelf.alone():
        return renew(shelf, Keyring(signers), settings.lifetimes, now, roots=roots, lists=lists)


def deadlines_in(directory: Path) -> tuple[Deadline, ...]:
    """When each role of the repository is due. Raises: InputFault, FormatFault, UpdateFault."""
    lifetimes = read_settings(directory).lifetimes
    return deadlines(read_present(Shelf(directory)).commons, lifetimes)
