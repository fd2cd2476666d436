"""Sign anew what runs out, and follow the root to its next versions: nothing of what is listed changes.

    the keys before are at hand        edition signed by both ─► root          clients of either root take it at once
    they are not, lost or stolen       root ─► edition signed by the new keys  in between, clients take neither

Whether the keys are enough is asked before anything is written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from msgspec import Struct

from attestations.tuf.roles import Delegations, Key, SuccinctRoles
from verifier.updates.tuf.due import Lifetimes, is_due

from .bins import share_out
from .edition import Edition, Written
from .keys import Authority, Keyring
from .present import SNAPSHOT, TARGETS, TIMESTAMP, Present, read_present
from .shelf import Shelf


class NewKeys(Struct, frozen=True):
    """Whose keys sign the lists from here on: `threshold` of `keys`."""

    keys: Mapping[str, Key]
    threshold: int


def renew(
    shelf: Shelf,
    ring: Keyring,
    lifetimes: Lifetimes,
    now: datetime.datetime,
    *,
    roots: tuple[bytes, ...] = (),
    lists: NewKeys | None = None,
) -> Written:
    """Follow the root over `roots`, and sign anew what is due. The caller is `alone` on the shelf.

    The top list is signed anew where it is due and its keys are at hand, or where `lists` gives the others new keys.

    Raises:
        InputFault, FormatFault: where the present edition, or a root, cannot be read.
        UpdateFault: ``update.*``: they do not follow.
        KeyFault: ``signing.too_few``, ``signing.failed``.
        OutputFault: ``output.unwritable``.
    """
    written = Written(0, ())
    held = shelf.roots()
    for content in roots:
        if content not in held:
            written = _follow(shelf, ring, lifetimes, now, content)
    present = read_present(shelf)
    renewed = _renewed(present, ring, lifetimes, now, lists)
    last = Edition(shelf, present, ring, lifetimes, now).publish(renewed)
    return last if last.roles else written


def _follow(shelf: Shelf, ring: Keyring, lifetimes: Lifetimes, now: datetime.datetime, root: bytes) -> Written:
    present = read_present(shelf, root)
    needed = tuple(_needed(present))
    for role in needed:
        ring.check(role, present.authorities(role)[0])
    if TARGETS in needed:
        ring.check("the lists", Authority(present.bins.role, present.bins.keys))
    version = present.roots[0].common.version
    both = all(ring.enough(present.authorities(role)[-1]) for role in needed)
    if not both:
        shelf.put("root", version, root, now)
        shelf.settle()
    renewed = present.targets.delegations if TARGETS in present.unsettled else None
    written = Edition(shelf, present, ring, lifetimes, now).publish(renewed)
    if both:
        shelf.put("root", version, root, now)
        shelf.settle()
    return written


def _needed(present: Present) -> Iterator[str]:
    """The roles that must be signed for the newest root: each that it would not take, and all that name those."""
    needed = False
    for role in (TARGETS, SNAPSHOT, TIMESTAMP):
        needed = needed or role in present.unsettled
        if needed:
            yield role


def _renewed(
    present: Present, ring: Keyring, lifetimes: Lifetimes, now: datetime.datetime, lists: NewKeys | None
) -> Delegations | None:
    """To whom the top list hands on, where it is to be signed anew."""
    top = present.targets
    if lists is not None:
        assert top.delegations is not None
        succinct = isinstance(top.delegations.roles, SuccinctRoles)
        return share_out(lists.keys, lists.threshold, present.bins.bits, succinct=succinct)
    due = is_due(top.common, lifetimes.of(TARGETS), now) and ring.enough(present.authorities(TARGETS)[0])
    return top.delegations if due or TARGETS in present.unsettled else None
