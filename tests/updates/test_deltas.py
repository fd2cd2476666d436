"""A difference at the gate: what counts is the file that it makes, and that is seen once it was applied (U17)."""

from __future__ import annotations

import datetime
from pathlib import Path

from .attacks_manifest import LAST, NEW, OLD, patch
from .releases import DAY, Fleet, Release

NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)


def test_u17_a_patch_that_makes_something_else_is_not_accepted(folder: Path) -> None:
    fleet = Fleet(folder)
    fleet.install(LAST, NOW)
    assert fleet.check(patch(OLD, NEW), NOW + DAY).action == "allow"
    assert fleet.accept(b"713 - 712") == "update.not_offered"
    assert fleet.accept(b"whatever the patch made of it") == "update.not_offered"
    assert fleet.accept(NEW) == ""


def test_u17_the_next_difference_is_to_what_the_last_one_made(folder: Path) -> None:
    fleet = Fleet(folder)
    fleet.install(LAST, NOW)
    assert fleet.check(patch(OLD, NEW), NOW + DAY).action == "allow"
    assert fleet.accept(NEW) == ""
    newest = {"endpoint.exe": b"bytes of 714", "endpoint.patch": b"714 - 713"}
    given = {"endpoint.patch": newest["endpoint.patch"]}
    for base, reasons in ((OLD, ("update.delta_base",)), (NEW, ())):
        deltas = {"endpoint.patch": (base, newest["endpoint.exe"])}
        assert fleet.check(Release(714, given, listed=newest, deltas=deltas), NOW + 2 * DAY).reasons == reasons


def test_a_release_with_differences_for_others_is_installed_whole(folder: Path) -> None:
    fleet = Fleet(folder)
    honest = patch(OLD, NEW)
    whole = Release(713, {"endpoint.exe": NEW}, listed=honest.listed, deltas=honest.deltas)
    fleet.install(whole, NOW)
