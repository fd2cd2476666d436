"""A vendor whose keys are real, and who contradicts itself: in one set, or what was accepted before."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from fixtures.world.keys import SigningKey

from .releases import DAY, KEY, WEAKER, Release
from .releases import Fleet as Machine
from .seen import Ours

NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)


class Fleet(Machine):
    """A machine with our gate that is asked about several releases at once."""

    def check_together(self, releases: Iterable[Release], now: datetime.datetime) -> Ours:
        """What the gate decides about the files of all of them, in this order, to be installed together."""
        given = tuple(releases)
        manifest = self._folder / "manifest.jsonl"
        manifest.write_bytes(b"".join(release.manifest() for release in given))
        return self._gate.check([path for release in given for path in self._put(release)], [manifest], now)


def numbered(number: int, content: bytes = b"", name: str = "endpoint.exe", **fields: Any) -> Release:
    """A release with one file of its own."""
    return Release(number, {name: content or f"bytes of {number}".encode()}, fields=fields)


def unnumbered(version: str, content: bytes = b"") -> Release:
    return numbered(0, content or version.encode(), sequence=None, version=version)


def after(folder: Path, before: Release, *offered: Release) -> Ours:
    """What the gate decides about `offered`, in this order and together, once `before` is installed."""
    fleet = Fleet(folder)
    fleet.install(before, NOW)
    return fleet.check_together(offered, NOW + DAY)


ONE, NEXT, DRIVER = numbered(711), numbered(713), numbered(712, name="driver.sys")


@pytest.mark.parametrize("order", list(permutations((DRIVER, NEXT))), ids=("older first", "newer first"))
def test_u08_files_of_two_releases_are_never_installed_together(order: Iterable[Release], folder: Path) -> None:
    decided = after(folder, ONE, *order)
    assert (decided.action, decided.reasons) == ("block", ("update.inconsistent",))


@pytest.mark.parametrize("order", list(permutations((DRIVER, numbered(712)))), ids=("one first", "other first"))
def test_u22_two_releases_of_one_number_in_one_set_are_two_stories(order: Iterable[Release], folder: Path) -> None:
    decided = after(folder, ONE, *order)
    assert (decided.action, decided.reasons) == ("block", ("update.equivocation",))


def test_releases_of_two_streams_are_installed_together(folder: Path) -> None:
    fleet = Fleet(folder, stream="")
    beta = numbered(12, name="beta.exe", channel="beta")
    assert fleet.check_together((NEXT, beta), NOW).action == "allow"


@pytest.mark.parametrize(
    ("before", "offered", "action", "reason"),
    [
        (unnumbered("zebra"), unnumbered("aardvark"), "hold", "update.unnumbered"),
        (unnumbered("7.1.0+a"), unnumbered("7.1.0+b"), "hold", "update.unnumbered"),
        (unnumbered("7.2.0"), numbered(5, version="7.1.0"), "block", "update.rollback"),
        (unnumbered("7.2.0"), numbered(5, version="aardvark"), "hold", "update.unnumbered"),
        (unnumbered("7.1.0"), unnumbered("7.1.0", b"other bytes"), "block", "update.equivocation"),
        (numbered(5, version="7.1.0"), numbered(6, version="7.1.0"), "block", "update.equivocation"),
    ],
)
def test_u03_u22_what_nobody_can_place_after_the_last_one_does_not_follow_it(
    before: Release, offered: Release, action: str, reason: str, folder: Path
) -> None:
    decided = after(folder, before, offered)
    assert (decided.action, decided.reasons) == (action, (reason,))


def test_the_same_files_under_a_new_manifest_of_their_version_pass(folder: Path) -> None:
    again = numbered(713, b"bytes of 712", version="7.712.0")
    assert after(folder, numbered(712), again).action == "allow"


@pytest.mark.parametrize("order", list(permutations((KEY, WEAKER))), ids=("strong first", "weak first"))
def test_u14_a_release_is_as_strong_as_its_strongest_envelope_in_whatever_order(
    order: tuple[SigningKey, ...], folder: Path
) -> None:
    fleet = Fleet(folder)
    for number in (712, 713):
        fleet.install(Release(number, {"endpoint.exe": b"%d" % number}, signers=order), NOW)
    weak = fleet.check(Release(714, {"endpoint.exe": b"714"}, signers=(WEAKER,)), NOW)
    assert (weak.action, weak.reasons) == ("block", ("update.weaker_scheme",))
