"""A service that is asked before an installation: by what passed, by the asker's own sequence, and by nothing else."""

from __future__ import annotations

import datetime

import pytest

from api.usecases.service.outreach import spread_events
from api.usecases.service.submission import PolicyById
from api.usecases.service.supersede import renew
from api.usecases.service.updates import UpdateAsked, check_update
from attestations.faults import Fault
from tests.backends import Backend
from tests.service.making import THE_OPERATOR, work_off
from tests.waiving import BERT
from verifier.outcome import Outcome
from verifier.updates.streams import ReleaseState, Stream, read_state, write_state

from .releasing import FLEET, OTHER, STREAM, World, installed, sha256_of, world_of

NOTHING = write_state(ReleaseState())
DAY = datetime.timedelta(days=1)


@pytest.fixture
def world(embedded_backend: Backend) -> World:
    return world_of(embedded_backend)


def test_a_fleet_keeps_its_own_state_and_asks_with_it(backend: Backend) -> None:
    world = world_of(backend)
    (old,), (new,) = world.judged(712, "endpoint-712"), world.judged(713, "endpoint-713")
    first = world.ask(new, before=NOTHING)
    assert (first.outcome, first.reasons) == (Outcome.PASSED, ())
    assert first.files[0].verdict is not None
    assert first.state is not None
    assert read_state(first.state, "state").streams[STREAM].sequence == 713
    again = world.ask(new, before=first.state)
    assert (again.outcome, again.state) == (Outcome.PASSED, first.state)
    back = world.ask(old, before=first.state)
    assert (back.outcome, back.reasons, back.state) == (Outcome.FAILED, ("update.rollback",), None)
    assert [(fault.expected, fault.actual) for fault in back.faults] == [("at least 713", "712")]


def test_who_has_no_state_says_what_is_installed(backend: Backend) -> None:
    world = world_of(backend)
    (old,), (new,) = world.judged(712, "endpoint-712"), world.judged(713, "endpoint-713")
    assert world.ask(new, before=installed("7.712.0")).outcome is Outcome.PASSED
    assert world.ask(new, before=installed(None)).outcome is Outcome.PASSED
    assert world.ask(new, before=installed("7.713.0")).outcome is Outcome.PASSED
    assert world.ask(old, before=installed("7.713.0")).reasons == ("update.rollback",)
    assert world.ask(new, before=installed("7.1.0")).reasons == ("update.unknown",)
    assert world.ask(new, before=installed("7.712.0", 1)).reasons == ("update.unknown",)
    assert world.ask(new, before=installed("7.712.0", 712)).state is None


def test_u11_a_file_of_another_stream_is_not_what_was_asked_for(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713", channel="beta")
    answer = world.ask(file, before=installed(None))
    assert (answer.outcome, answer.reasons) == (Outcome.FAILED, ("update.wrong_stream",))
    assert world.ask(file, before=installed(None, stream=Stream("acme", "endpoint", "beta"))).reasons == ()


def test_u18_a_part_of_a_release_is_held(world: World) -> None:
    one, two = world.judged(713, "endpoint", "driver")
    assert world.ask(one, before=NOTHING).reasons == ("update.incomplete",)
    assert world.ask(two, one, before=NOTHING).outcome is Outcome.PASSED
    (unjudged,) = world.judged(714, "alone", of=("never-judged",))
    missing = world.ask(unjudged, sha256_of("never-judged"), before=NOTHING)
    assert (missing.outcome, missing.reasons) == (Outcome.INCOMPLETE, ("verdict.absent",))


def test_u17_a_difference_is_for_who_has_what_it_was_made_for(world: World) -> None:
    world.judged(712, "old")
    (patch,) = world.judged(713, "patch", of=("new",), deltas=(("patch", "old", "new"),))
    answer = world.ask(patch, before=installed("7.712.0"))
    assert (answer.outcome, answer.made) == (Outcome.PASSED, {patch: sha256_of("new")})
    assert world.ask(patch, before=NOTHING).reasons == ("update.delta_base",)


def test_a_release_withdrawn_by_its_vendor_is_left_by_a_new_number(world: World) -> None:
    world.judged(713, "bad", version="7.2.0")
    (good,) = world.judged(714, "good", version="7.1.0")
    assert world.ask(good, before=installed("7.2.0")).outcome is Outcome.PASSED


def test_what_expired_is_current_no_more(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713", expires=world.clock.now() + DAY)
    assert world.ask(file, before=NOTHING).outcome is Outcome.PASSED
    world.clock.forward(2 * DAY)
    assert world.ask(file, before=NOTHING).reasons == ("update.expired",)


def test_u20_a_state_from_the_future_says_that_the_clock_is_wrong(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713")
    ahead = write_state(ReleaseState({}, world.clock.now() + DAY))
    assert world.ask(file, before=ahead).reasons == ("clock.suspect",)


def test_a_damaged_state_decides_nothing(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713")
    answer = world.ask(file, before=b"{}")
    assert (answer.outcome, answer.reasons) == (Outcome.ERROR, ("update.state_damaged",))


def test_what_did_not_pass_is_told_with_its_reasons(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713", key=BERT)
    answer = world.ask(file, before=NOTHING)
    assert answer.outcome is not Outcome.PASSED
    assert answer.reasons
    assert answer.state is None
    assert answer.files[0].reasons == answer.reasons


def test_t76_what_another_fleet_found_under_a_policy_of_its_own_is_its_own(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713")
    theirs = world.own_policy("endpoint", by=OTHER)
    assert theirs == world.policy
    answer = world.ask(file, before=NOTHING, by=OTHER)
    assert (answer.outcome, answer.reasons, answer.files[0].verdict) == (
        Outcome.INCOMPLETE,
        ("verdict.absent",),
        None,
    )


def test_what_passed_under_the_operators_policy_is_everybodys(backend: Backend) -> None:
    world = world_of(backend)
    published = world.own_policy("operators", by=THE_OPERATOR)
    (file,) = world.judged(713, "endpoint-713", policy=published)
    answer = world.ask(file, before=NOTHING, policy=published, by=OTHER)
    assert (answer.outcome, answer.files[0].reasons) == (Outcome.PASSED, ())
    assert world.ask(file, before=installed("7.713.0"), policy=published, by=OTHER).outcome is Outcome.PASSED


def test_a_policy_that_names_no_vendor_knows_no_release(world: World) -> None:
    loose = world.own_policy("loose", 'channel = "stable"\n')
    (file,) = world.judged(713, "endpoint-713", policy=loose)
    answer = world.ask(file, before=NOTHING, policy=loose)
    assert (answer.outcome, answer.reasons) == (Outcome.INCOMPLETE, ("update.unknown",))


def test_a_verdict_that_was_superseded_stands_no_more(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713", expires=world.clock.now() + DAY)
    world.clock.forward(2 * DAY)
    renew(world.service, FLEET, world.policy)
    spread_events(world.service)
    work_off(world.service)
    answer = world.ask(file, before=NOTHING)
    assert (answer.outcome, "manifest.expired" in answer.reasons) == (Outcome.FAILED, True)


def test_a_policy_is_named_by_id_or_digest_and_must_be_there(world: World) -> None:
    (file,) = world.judged(713, "endpoint-713")
    name = "https://fleet.example/policies/endpoint"
    for policy in (PolicyById(name), PolicyById(name, 1)):
        answer = check_update(world.service, FLEET, UpdateAsked((file,), policy, NOTHING))
        assert answer.outcome is Outcome.PASSED
    with pytest.raises(Fault) as raised:
        world.ask(file, before=NOTHING, policy="0" * 64)
    assert raised.value.reason == "policy.unknown"
