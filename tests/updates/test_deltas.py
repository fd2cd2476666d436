"""A difference at the gate: what counts is the file that it makes, and that is seen once it was applied (U17)."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from .attacks_manifest import LAST, NEW, OLD, OTHER, patch
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


@pytest.mark.skipif(os.name != "posix", reason="a mirror needs links")
def test_a_mirror_hands_on_differences_to_releases_that_it_never_had(folder: Path) -> None:
    honest = patch(OTHER, NEW)
    assert honest.listed is not None
    both = Release(713, honest.listed, deltas=honest.deltas)
    assert Fleet(folder).stage(both, NOW) == {"endpoint.exe", "endpoint.patch", "manifest.jsonl"}


@pytest.mark.skipif(os.name != "posix", reason="a mirror needs links")
def test_u17_a_mirror_takes_no_difference_that_makes_something_else(folder: Path) -> None:
    wrong = patch(OLD, OTHER)
    assert wrong.listed is not None
    assert Fleet(folder).stage(Release(713, wrong.listed, deltas=wrong.deltas), NOW) == set()
