"""From one accepted release to the next: attacks, what is none, and what holds of every history."""

from __future__ import annotations

import datetime
import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from packaging.version import Version

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.predicates.manifest import Delta
from attestations.statements import Claim, Subject
from verifier.manifests import Listed, Manifest
from verifier.updates.advance import FARTHEST, Asker, Step, advance
from verifier.updates.offers import Offer
from verifier.updates.streams import ReleaseState, Stream, read_state, write_state
from verifier.updates.strength import strength_of
from verifier.updates.versions import compare_versions
from verifier.verdict import Artifact

NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
STABLE = Stream("acme", "endpoint", "stable", "windows", "x64")
ASKER = Asker(STABLE)


def digest(text: str) -> Digest:
    return Digest("sha256", hashlib.sha256(text.encode()).hexdigest())


def artifact(name: str, size: int | None = 10) -> Artifact:
    return Artifact(name, DigestSet((digest(name),)), size)


def manifest(
    version: str = "7.1.0",
    sequence: int | None = 712,
    *,
    files: tuple[str, ...] = ("endpoint.exe",),
    stream: Stream = STABLE,
    expires: datetime.datetime | None = None,
    previous: Digest | None = None,
) -> Manifest:
    return Manifest(
        "manifest",
        tuple(Listed(Subject(f"{name}-{version}", DigestSet((digest(f"{name}-{version}"),))), 10) for name in files),
        version=Claim(version, ""),
        sequence=sequence,
        expires=expires,
        previous=previous,
        **{name: Claim(value, "") for name, value in stream_fields(stream).items()},
    )


def stream_fields(stream: Stream) -> dict[str, str]:
    return {name: value for name in Stream.__struct_fields__ if (value := getattr(stream, name))}


def offer(
    of: Manifest, *, statement: str = "", strength: int = 2, given: tuple[str, ...] | None = None, **more: object
) -> Offer:
    names = given if given is not None else tuple(file.subject.name for file in of.files)
    version = of.version.value if of.version is not None else ""
    said = digest(statement or f"{version}/{of.sequence}/{of.previous}/{of.expires}")
    return Offer(of, said, tuple(map(artifact, names)), strength, **more)  # type: ignore[arg-type]  # fields of Offer


def difference(delta: Delta, *, beside: bool = False) -> Offer:
    """Release 713 as a difference to what is installed, or beside the file that it makes."""
    whole = manifest("7.2.0", 713)
    patch = Listed(Subject("endpoint.patch", DigestSet((digest("endpoint.patch"),))), 10, delta=delta)
    given = ("endpoint.patch", *(file.subject.name for file in whole.files if beside))
    return offer(replace(whole, files=(*whole.files, patch)), given=given)


def accepted(*offers: Offer, now: datetime.datetime = NOW) -> ReleaseState:
    state = ReleaseState()
    for each in offers:
        step = advance(state, each, ASKER, now)
        assert step.state is not None, step.faults
        state = step.state
    return state


def reasons(step: Step) -> list[str]:
    assert (step.state is None) is bool(step.faults)
    return [fault.reason for fault in step.faults]


FIRST = offer(manifest())


@pytest.mark.parametrize(
    ("attack", "next_offer", "reason"),
    [
        ("U03 an older release", offer(manifest("7.0.0", 711)), "update.rollback"),
        ("U03 an older version without numbers", offer(manifest("7.0.0", None)), "update.unordered"),
        ("T80 the same number, another manifest", offer(manifest("7.1.1", 712)), "update.equivocation"),
        ("U04 an expired manifest", offer(manifest("7.2.0", 713, expires=NOW)), "update.expired"),
        ("U07 a number far ahead", offer(manifest("7.2.0", 713 + FARTHEST)), "update.fast_forward"),
        (
            "U08 a file of another release",
            offer(manifest("7.2.0", 713), given=("endpoint.exe-7.1.0",)),
            "update.inconsistent",
        ),
        (
            "U11 another product",
            offer(manifest("7.2.0", 713, stream=Stream("acme", "server", "stable", "windows", "x64"))),
            "update.wrong_stream",
        ),
        (
            "U11 another channel",
            offer(manifest("7.2.0", 713, stream=Stream("acme", "endpoint", "beta", "windows", "x64"))),
            "update.wrong_stream",
        ),
        (
            "U11 no variant",
            offer(manifest("7.2.0", 713, stream=Stream("acme", "endpoint", "stable", "windows"))),
            "update.wrong_stream",
        ),
        ("U14 a weaker scheme", offer(manifest("7.2.0", 713), strength=1), "update.weaker_scheme"),
        (
            "U17 a difference to something else",
            difference(Delta(digest("other"), digest("endpoint.exe-7.2.0"))),
            "update.delta_base",
        ),
        (
            "U17 a difference with another result",
            difference(Delta(digest("endpoint.exe-7.1.0"), digest("other")), beside=True),
            "update.delta_result",
        ),
        (
            "U18 a part of the set",
            offer(manifest("7.2.0", 713, files=("endpoint.exe", "driver.sys")), given=("endpoint.exe-7.2.0",)),
            "update.incomplete",
        ),
        ("U18 nothing at all", offer(manifest("7.2.0", 713), given=()), "update.incomplete"),
        ("a broken chain", offer(manifest("7.2.0", 713, previous=digest("another 712"))), "update.broken_chain"),
    ],
)
def test_an_attack_is_refused_for_its_reason(attack: str, next_offer: Offer, reason: str) -> None:
    state = accepted(FIRST)
    assert reasons(advance(state, next_offer, ASKER, NOW)) == [reason], attack


def test_u05_a_source_that_has_nothing_new_is_not_up_to_date_for_ever() -> None:
    state = accepted(FIRST)
    asker = Asker(STABLE, max_age=7 * DAY)
    assert advance(state, FIRST, asker, NOW + 7 * DAY).unchanged
    assert reasons(advance(state, FIRST, asker, NOW + 7 * DAY + DAY)) == ["update.stale_source"]


def test_u20_a_clock_that_is_set_back_decides_nothing() -> None:
    state = accepted(FIRST)
    assert reasons(advance(state, offer(manifest("7.2.0", 713)), ASKER, NOW - DAY)) == ["clock.suspect"]
    assert advance(state, offer(manifest("7.2.0", 713)), ASKER, NOW - datetime.timedelta(seconds=60)).state


def test_all_that_speaks_against_an_offer_is_told() -> None:
    step = advance(accepted(FIRST), offer(manifest("7.0.0", 700, expires=NOW - DAY), strength=0), ASKER, NOW)
    assert reasons(step) == ["update.expired", "update.rollback", "update.weaker_scheme"]


@pytest.mark.parametrize(
    ("benign", "next_offer"),
    [
        ("a staged rollout that skipped us twice", offer(manifest("7.3.0", 715))),
        ("the next link of the chain", offer(manifest("7.2.0", 713, previous=FIRST.statement))),
        ("a chain with a link that we never got", offer(manifest("7.3.0", 714, previous=digest("713")))),
        ("an emergency withdrawal: the old release under a new number", offer(manifest("7.0.0", 713))),
        ("a stronger scheme", offer(manifest("7.2.0", 713), strength=3)),
        (
            "a difference to what is installed",
            difference(Delta(digest("endpoint.exe-7.1.0"), digest("endpoint.exe-7.2.0"))),
        ),
        (
            "one file of many where one was asked for",
            offer(manifest("7.2.0", 713, files=("a", "b")), given=("a-7.2.0",), whole=False),
        ),
    ],
)
def test_what_is_no_attack_raises_no_alarm(benign: str, next_offer: Offer) -> None:
    step = advance(accepted(FIRST), next_offer, ASKER, NOW + DAY)
    assert (reasons(step), step.unchanged) == ([], False), benign


def test_u17_what_is_accepted_of_a_difference_is_the_file_that_it_makes() -> None:
    before, after = digest("endpoint.exe-7.1.0"), digest("endpoint.exe-7.2.0")
    step = advance(accepted(FIRST), difference(Delta(before, after)), ASKER, NOW)
    assert step.state is not None
    assert step.state.streams[STABLE].artifacts == (after,)
    assert step.made == {digest("endpoint.patch"): after}


def test_u17_a_mirror_hands_on_differences_to_what_it_never_had() -> None:
    after = digest("endpoint.exe-7.2.0")
    step = advance(ReleaseState(), difference(Delta(digest("other"), after), beside=True), ASKER, NOW)
    assert step.state is not None
    assert (step.state.streams[STABLE].artifacts, step.made) == ((after,), {})
    wrong = difference(Delta(digest("other"), digest("endpoint.patch")), beside=True)
    assert reasons(advance(ReleaseState(), wrong, ASKER, NOW)) == ["update.delta_result"]


def test_u17_a_difference_to_nothing_is_refused_and_a_whole_release_misses_no_difference() -> None:
    made = difference(Delta(digest("endpoint.exe-7.1.0"), digest("endpoint.exe-7.2.0")))
    assert reasons(advance(ReleaseState(), made, ASKER, NOW)) == ["update.delta_base"]
    whole = offer(made.manifest, given=("endpoint.exe-7.2.0",))
    assert advance(ReleaseState(), whole, ASKER, NOW).state


def test_two_channels_and_a_regional_variant_go_each_their_own_way() -> None:
    state = accepted(FIRST)
    for other in (
        Stream("acme", "endpoint", "beta", "windows", "x64"),
        Stream("acme", "endpoint", "stable", "windows", "eu"),
    ):
        step = advance(state, offer(manifest("1.0.0", 1, stream=other)), Asker(other), NOW)
        assert step.state is not None
        state = step.state
    assert len(state.streams) == 3
    assert state.streams[STABLE].sequence == 712


def test_versions_are_compared_where_there_are_no_numbers_of_sequence() -> None:
    state = accepted(offer(manifest("7.1.0", None)))
    assert reasons(advance(state, offer(manifest("7.0.9", None)), ASKER, NOW)) == ["update.rollback"]
    assert advance(state, offer(manifest("7.10.0", None)), ASKER, NOW).state
    assert reasons(advance(state, offer(manifest("spring", None)), ASKER, NOW)) == ["update.unnumbered"]


OFFERS = [
    offer(manifest(f"7.{minor}.0", sequence), statement=f"{minor}/{sequence}/{twin}", strength=strength)
    for minor, sequence, twin, strength in itertools.product(range(3), (*range(1, 4), None), "ab", (1, 2))
]


@given(st.lists(st.sampled_from(OFFERS), max_size=12))
def test_in_every_history_numbers_rise_and_no_number_has_two_manifests(history: list[Offer]) -> None:
    state, manifests, last = ReleaseState(), {}, None
    for each in history:
        step = advance(state, each, ASKER, NOW)
        if step.state is None:
            continue
        assert read_state(write_state(step.state), "state") == step.state
        state = step.state
        now = state.streams[STABLE]
        if now.sequence is not None:
            assert manifests.setdefault(now.sequence, now.manifest) == now.manifest
            assert last is None or now.sequence >= last
            last = now.sequence
        assert now.strength >= max((0, each.strength if step.unchanged else 0))
        again = advance(state, each, ASKER, NOW)
        assert again.unchanged
        assert again.state == state


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b'{"format":"countersign.releases/2","streams":[]}',
        b' {"format":"countersign.releases/1","streams":[]}',
        write_state(accepted(FIRST)).replace(b'"sequence":712', b'"sequence":9223372036854775808'),
        write_state(accepted(FIRST)).replace(b'"strength":2', b'"strength":-1'),
    ],
)
def test_a_state_that_is_not_as_it_was_written_decides_nothing(damage: bytes) -> None:
    with pytest.raises(Fault) as raised:
        read_state(damage, "state")
    assert raised.value.reason == "update.state_damaged"


@given(st.integers(0, 10**6), st.data())
def test_no_byte_of_a_state_can_be_changed_unnoticed_into_another_form(position: int, data: st.DataObject) -> None:
    written = bytearray(write_state(accepted(FIRST)))
    position %= len(written)
    written[position] = data.draw(st.integers(0, 255))
    try:
        state = read_state(bytes(written), "state")
    except Fault as fault:
        assert fault.reason == "update.state_damaged"
    else:
        assert write_state(state) == bytes(written)


NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(NUMBERS, NUMBERS)
def test_numbers_are_ordered_as_packaging_orders_them(left: str, right: str) -> None:
    expected = (Version(left) > Version(right)) - (Version(left) < Version(right))
    assert compare_versions(left, right) == expected


SEMVER_ORDER = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
]
"""Semantic Versioning 2.0.0, section 11.4."""


def test_pre_releases_are_ordered_as_semantic_versioning_orders_them() -> None:
    for (one, left), (other, right) in itertools.product(enumerate(SEMVER_ORDER), repeat=2):
        assert compare_versions(left, right) == (one > other) - (one < other)
    assert compare_versions("1.0.0+a", "1.0.0+b") == 0
    assert compare_versions("one", "1") is None


def test_strength_is_that_of_the_strongest_key() -> None:
    signed = (["ml-dsa-65"], ["rsa", "ed25519"], ["ecdsa-p521"], ["ecdsa-p256"], ["rsa"], [])
    assert [strength_of(each) for each in signed] == [3, 2, 2, 1, 1, 0]
