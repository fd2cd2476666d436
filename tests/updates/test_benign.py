"""What is no attack passes our gate without an alarm: to the careless, what vendors do every day looks like one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from .archives import Archive, Guarded, certificates
from .releases import DAY, KEY, SECOND, Fleet, Release

NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(seconds=60)


def named(number: int, **fields: object) -> Release:
    """A release with files of its own."""
    return Release(number, {"endpoint.exe": f"bytes of {number} {fields}".encode()}, fields=fields)


FIRST = named(712)
NORTH, SOUTH = ({"variant": name} for name in ("north", "south"))

BENIGN: dict[str, Sequence[Release]] = {
    "a staged rollout that passed us by twice": (FIRST, named(715)),
    "two channels, each with numbers of its own": (
        FIRST,
        named(12, channel="beta"),
        named(713),
        named(13, channel="beta"),
    ),
    "a regional variant, behind the others": (
        named(713, **NORTH),
        named(711, **SOUTH),
        named(714, **NORTH),
        named(712, **SOUTH),
    ),
    "an emergency withdrawal: the release before, under a new number": (
        FIRST,
        named(713),
        named(714, version="7.712.0"),
    ),
    "a release that is offered again": (FIRST, FIRST),
    "a second party who signs, too": (FIRST, Release(713, {"endpoint.exe": b"bytes of 713"}, signers=(KEY, SECOND))),
    "a release with a file more than the last": (
        FIRST,
        Release(713, {"endpoint.exe": b"bytes of 713", "driver.sys": b"713"}),
    ),
    "an end that is later than the last one, or none": (
        named(712, expires="2026-04-01T00:00:00Z"),
        named(713, expires="2026-05-01T00:00:00Z"),
        named(714),
    ),
}


@pytest.mark.parametrize("releases", BENIGN.values(), ids=BENIGN)
def test_what_vendors_do_every_day_passes(releases: Sequence[Release], folder: Path) -> None:
    fleet = Fleet(folder, stream="")
    for day, release in enumerate(releases):
        fleet.install(release, NOW + day * DAY)


def test_a_clock_within_bounds_is_no_clock_that_was_set_back(folder: Path) -> None:
    fleet = Fleet(folder)
    fleet.install(FIRST, NOW)
    assert fleet.check(named(713), NOW - MINUTE).action == "allow"
    assert fleet.check(named(713), NOW - MINUTE - MINUTE / 60).reasons == ("clock.suspect",)


def test_a_withdrawal_is_not_an_open_door(folder: Path) -> None:
    fleet = Fleet(folder)
    for day, release in enumerate((FIRST, named(713), named(714, version="7.712.0"))):
        fleet.install(release, NOW + day * DAY)
    assert fleet.check(FIRST, NOW + 3 * DAY).reasons == ("update.rollback",)


@pytest.mark.skipif(find_spec("pysequoia") is None, reason="OpenPGP needs the extra 'formats'")
def test_an_archive_that_is_signed_anew_without_a_change_passes(folder: Path) -> None:
    guarded = Guarded(folder, NOW, 1, certificates(NOW))
    guarded.install(Archive(date=2 * DAY), NOW)
    guarded.install(Archive(date=DAY), NOW)
    guarded.install(Archive(date=DAY), NOW + DAY)
