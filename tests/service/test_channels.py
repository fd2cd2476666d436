"""A channel's latest release: of which all passed, by the vendor's own numbers, and only where one may see it."""

from __future__ import annotations

import datetime

import pytest

from api.store import judged_releases
from api.usecases.service.channels import Channel, Latest, latest
from api.usecases.service.service import Principal
from attestations.faults import Fault
from tests.backends import Backend
from tests.service.making import THE_OPERATOR
from tests.waiving import BERT

from .releasing import FLEET, OTHER, World, sha256_of, world_of

STABLE = Channel("acme", "endpoint", "stable")
DAY = datetime.timedelta(days=1)


@pytest.fixture
def world(embedded_backend: Backend) -> World:
    return world_of(embedded_backend)


def versions(
    world: World, channel: Channel = STABLE, *, by: Principal = FLEET, policy: str | None = None
) -> list[tuple[str, str]]:
    """Variant and version of each."""
    return [(each.release.stream.variant, each.release.version) for each in found(world, channel, by, policy)]


def found(
    world: World, channel: Channel = STABLE, by: Principal = FLEET, policy: str | None = None
) -> tuple[Latest, ...]:
    return latest(world.service, by, channel, policy)


def refusal(world: World, channel: Channel = STABLE, *, by: Principal = FLEET, policy: str | None = None) -> str:
    with pytest.raises(Fault) as raised:
        found(world, channel, by, policy)
    return raised.value.reason


def test_it_is_the_greatest_number_of_each_variant(backend: Backend) -> None:
    world = world_of(backend)
    world.judged(714, "new")
    world.judged(713, "old")
    world.judged(5, "arm", variant="arm64")
    world.judged(900, "beta", channel="beta")
    assert versions(world) == [("", "7.714.0"), ("arm64", "7.5.0")]
    assert versions(world, Channel("acme", "endpoint", "stable", variant="arm64")) == [("arm64", "7.5.0")]
    assert refusal(world, Channel("acme", "endpoint", "nightly")) == "request.not_found"


def test_a_variant_of_many_releases_and_great_numbers_hides_no_other(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged_releases, "MOST", 4)
    world = world_of(backend)
    world.judged(5, "arm", variant="arm64")
    for number in range(1000, 1006):
        world.judged(number, f"x64 {number}", variant="x64")
    assert versions(world) == [("arm64", "7.5.0"), ("x64", "7.1005.0")]


def test_it_names_every_file_with_the_verdict_by_which_it_passed(backend: Backend) -> None:
    world = world_of(backend)
    files = world.judged(714, "one", "two")
    (release,) = found(world)
    assert {file.sha256 for file in release.files} == set(files)
    assert {file.policy for file in release.files} == {world.policy}
    assert all(file.verdict.startswith("verdict-") for file in release.files)


def test_a_release_of_which_a_file_has_not_passed_yet_is_not_the_latest(world: World) -> None:
    world.judged(713, "whole")
    world.judged(714, "one", of=("two",))
    assert versions(world) == [("", "7.713.0")]
    world.judged(714, "two", of=("one",))
    assert versions(world) == [("", "7.714.0")]


def test_a_difference_that_has_not_passed_keeps_no_release_back(world: World) -> None:
    (whole,) = world.judged(714, "new", of=("patch",), deltas=(("patch", "old", "new"),))
    (release,) = found(world)
    assert [file.sha256 for file in release.files] == [whole]


def test_where_the_newest_has_expired_an_older_one_is_no_answer(world: World) -> None:
    world.judged(713, "old")
    world.judged(714, "new", expires=world.clock.now() + DAY)
    assert versions(world) == [("", "7.714.0")]
    world.clock.forward(2 * DAY)
    assert refusal(world) == "request.not_found"


def test_u22_two_manifests_of_one_number_are_told(world: World) -> None:
    world.judged(714, "one")
    world.judged(714, "other")
    assert refusal(world) == "update.equivocation"


def test_without_numbers_versions_speak_where_they_can_be_compared(world: World) -> None:
    world.judged(None, "new", version="7.10.0")
    world.judged(None, "old", version="7.9.0")
    assert versions(world) == [("", "7.10.0")]


def test_u11_nobody_is_the_latest_of_a_vendor_that_no_policy_names(world: World) -> None:
    loose = world.own_policy("loose", "", key=BERT)
    world.judged(999, "squatter", policy=loose, key=BERT)
    assert refusal(world) == "request.not_found"


def test_what_others_see_passed_under_the_operators_policy(backend: Backend) -> None:
    world = world_of(backend)
    published = world.own_policy("operators", by=THE_OPERATOR)
    world.judged(713, "public", policy=published)
    world.judged(714, "private")
    assert versions(world) == [("", "7.714.0")]
    assert versions(world, policy=published) == [("", "7.713.0")]
    assert versions(world, by=OTHER) == [("", "7.713.0")]
    assert refusal(world, by=OTHER, policy=world.policy) == "request.not_found"


def test_files_that_passed_under_several_policies_count_together(world: World) -> None:
    both = world.own_policy("both")
    world.judged(714, "one", of=("two",))
    world.judged(714, "two", of=("one",), policy=both)
    (release,) = found(world)
    assert {file.policy for file in release.files} == {world.policy, both}
    assert {file.sha256 for file in release.files} == {sha256_of("one"), sha256_of("two")}
