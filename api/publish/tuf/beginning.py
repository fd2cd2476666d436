"""The first edition of a repository: its root is handed over, and its lists are empty."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from attestations.faults import Place
from attestations.tuf.documents import Root
from attestations.tuf.roles import Key

from ...effects.faults import OutputFault
from ...effects.paths import shown
from .bins import Bins, share_out
from .edition import Writer
from .keys import Authority, Keyring, authority_of
from .present import SNAPSHOT, TARGETS, TIMESTAMP, newest_roots
from .settings import RepositorySettings, write_settings
from .shelf import Shelf


class Sharing(Struct, frozen=True):
    """Among how many lists paths are shared out, in what form, and whose keys sign them: `threshold` of `keys`."""

    keys: Mapping[str, Key]
    threshold: int
    bits: int
    succinct: bool


def begin_repository(
    directory: Path,
    roots: Iterable[bytes],
    sharing: Sharing,
    ring: Keyring,
    settings: RepositorySettings,
    now: datetime.datetime,
) -> int:
    """Begin a repository in `directory`, with every version of its root from the first; how many lists it has.

    Cut off before its timestamp stands, it was not begun, and can be begun again.

    Raises:
        OutputFault: ``output.not_empty``: one was begun there; ``output.unwritable``; ``publish.roles``.
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``, ``update.inconsistent``, ``update.missing``.
        KeyFault: ``signing.too_few``, ``signing.failed``.
    """
    shelf = Shelf(directory)
    contents = tuple(roots)
    root = newest_roots(contents)[0]
    _check_signable(root, ring)
    delegations = share_out(sharing.keys, sharing.threshold, sharing.bits, succinct=sharing.succinct)
    bins = Bins(delegations)
    with shelf.alone():
        if shelf.begun():
            detail = "a repository was begun here already, and its clients would not follow another"
            raise OutputFault("output.not_empty", detail, place=Place(shown(str(directory))))
        held = shelf.roots()
        for version, content in enumerate(contents, start=1):
            if content not in held:
                shelf.put("root", version, content, now)
        write_settings(directory, settings)
        writer = Writer(shelf, ring, settings.lifetimes, now)
        lists: dict[str, dict[str, Any]] = {name: {} for name in bins.names()}
        files = writer.write_lists(lists, (Authority(bins.role, bins.keys),), writer.expires(TARGETS))
        files |= writer.write_top(delegations, (authority_of(root, TARGETS),))
        snapshot = writer.write_snapshot(files, (authority_of(root, SNAPSHOT),))
        writer.show(1, snapshot, (authority_of(root, TIMESTAMP),))
    return len(lists)


def _check_signable(root: Root, ring: Keyring) -> None:
    """Every role below the root has keys, and enough of them are at hand.

    Raises:
        OutputFault: ``publish.roles``.
        KeyFault: ``signing.too_few``.
    """
    for role in (TARGETS, SNAPSHOT, TIMESTAMP):
        if not root.roles[role].keyids:
            raise OutputFault("publish.roles", f"the root gives no key to {role}: nobody could sign it")
        ring.check(role, authority_of(root, role))
