"""Layouts held against links: who counts, what is read when, and what no submitter can change."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestations.faults import Fault
from attestations.layouts.keys import parse_key
from attestations.limits import Limits
from attestations.strict_json import Node
from fixtures.recipes.keyed import MALLORY_KEY, VENDOR_KEY
from fixtures.recipes.layout import BUILD, BUILDER, BUILT, CODE, DEVELOPER, LAYOUT, PGP, PGP_SUBKEY, SECOND, WRITE
from fixtures.recipes.scene import NOW
from fixtures.world import Document
from fixtures.world.keys import rsa_key
from fixtures.world.layouts import (
    OPENPGP_HEADERS,
    entry,
    inspection,
    keyid,
    layout,
    link,
    metablock,
    openpgp_entry,
    openpgp_id,
    openpgp_metablock,
    step,
)
from verifier.layout.answers import Chain
from verifier.layout.functionaries import Functionary, functionaries

from .layouts import judged

GOOD = (metablock(CODE, DEVELOPER), metablock(BUILT, BUILDER))


def reasons(chain: Chain) -> set[str]:
    return {line.result.reason for line in chain.lines if isinstance(line.result, Fault)}


def asked(owned: Document, *pool: Document, **changes: Any) -> set[str]:
    return reasons(judged(owned, VENDOR_KEY, *pool, **changes))


def test_a_chain_that_holds_says_what_went_in_and_what_came_out() -> None:
    chain = judged(LAYOUT, VENDOR_KEY, *GOOD)
    assert chain.holds
    assert chain.summary is not None
    assert (set(chain.summary.materials), set(chain.summary.products)) == (set(), set(BUILT.get("/products")))
    assert [line.check for line in chain.lines] == ["layout", *["layout.step"] * 2, *["layout.rules"] * 2]


NOISE = (
    metablock(BUILT, MALLORY_KEY),
    metablock(BUILT.set("/products", {}), MALLORY_KEY),
    metablock(BUILT.set("/name", "another"), BUILDER),
    metablock(LAYOUT, MALLORY_KEY),
    metablock(BUILT, BUILDER).set("/signatures/0/sig", "00"),
)


@settings(max_examples=30)
@given(st.permutations([*GOOD, *NOISE]), st.integers(0, 7))
def test_neither_order_nor_strangers_change_the_answer(pool: list[Document], cut: int) -> None:
    noise = [document for document in pool[:cut] if document not in GOOD]
    chain = judged(LAYOUT, VENDOR_KEY, *noise, *(document for document in pool if document in GOOD))
    assert chain.holds


@given(st.sets(st.sampled_from(range(2)), max_size=2))
def test_evidence_left_out_never_helps(kept: set[int]) -> None:
    found = asked(LAYOUT, *(GOOD[index] for index in kept))
    assert bool(found) is (len(kept) < 2)
    assert found <= {"layout.link_missing", "layout.chain_broken", "layout.disallowed"}


def test_every_step_and_every_rule_is_answered_and_not_only_the_first() -> None:
    wrong = link("build", {"other.c": "00" * 32}, {"x": "00" * 32})
    assert asked(LAYOUT, metablock(wrong, BUILDER), now=NOW.replace(year=2199)) == {
        "layout.expired",
        "layout.link_missing",
        "layout.disallowed",
    }


def test_a_layout_is_valid_in_its_last_second() -> None:
    owned = LAYOUT.set("/expires", "2026-03-14T09:00:00Z")
    assert asked(owned, *GOOD, now=NOW) == set()
    assert asked(owned, *GOOD, now=NOW + datetime.timedelta(microseconds=1)) == {"layout.expired"}


def test_t70_an_inspection_is_listed_and_its_command_shown() -> None:
    chain = judged(LAYOUT.set("/inspect", [inspection("unpack", "rm", "-rf", "/").value]), VENDOR_KEY, *GOOD)
    (line,) = [line for line in chain.lines if line.check == "layout.inspection"]
    assert isinstance(line.result, Fault)
    assert (line.result.reason, line.result.expected, line.result.actual) == (
        "layout.inspection_not_run",
        "unpack: 'rm -rf /'",
        "not run",
    )
    assert not chain.holds


def loaded(*entries: dict[str, Any], groups: dict[Any, str] | None = None) -> dict[str, Functionary]:
    keys = [parse_key(key["keyid"], Node(key)) for key in entries]
    return functionaries(keys, groups or {})


def test_t24_t25_entries_that_share_a_key_are_one_party_however_many_lie_between() -> None:
    one, two, three = (openpgp_entry(key) for key in (PGP, PGP_SUBKEY, rsa_key("a third packager")))
    first = {**one, "keyid": "1", "subkeys": {"s": two}}
    second = {**three, "keyid": "2", "subkeys": {"t": two}}
    known = loaded({**one, "keyid": "0"}, {**three, "keyid": "3"}, first, second)
    assert len({functionary.party for functionary in known.values()}) == 1


def test_t25_a_key_in_another_spelling_is_one_party() -> None:
    plain = entry(BUILDER)
    respelled = {**plain, "keyid": "0", "keyval": {"public": plain["keyval"]["public"].replace("\n", "\r\n")}}
    known = loaded(plain, respelled, entry(SECOND))
    assert known["0"].party == known[keyid(BUILDER)].party != known[keyid(SECOND)].party


def test_t25_keys_of_a_group_are_one_party_and_named_by_it() -> None:
    plain = loaded(entry(BUILDER), entry(SECOND))
    groups = {functionary.keys[0].key.fingerprint: "acme" for functionary in plain.values()}
    assert {one.party for one in loaded(entry(BUILDER), entry(SECOND), groups=groups).values()} == {"acme"}


@pytest.mark.parametrize(
    "damage",
    [
        {"scheme": "rsa-md5"},
        {"keyval": {"public": "ab"}},
        {"keyval": {"public": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}},
        {"keyval": {"certificate": "x"}},
    ],
)
def test_a_key_that_cannot_be_used_signs_nothing_and_stops_nobody(damage: dict[str, Any]) -> None:
    owned = LAYOUT.set("/keys/0", {**entry(DEVELOPER), "keyid": "0", **damage})
    assert asked(owned, *GOOD) == set()
    assert asked(owned.set("/steps/1/pubkeys", ["0"]), *GOOD) == {"layout.link_missing"}


def _packaged(signed: Document, *, owner: Any = None, pubkeys: list[str] | None = None) -> set[str]:
    build = BUILD.set("/pubkeys", pubkeys or [openpgp_id(PGP)])
    owned = layout(WRITE, build, keys=(DEVELOPER,))
    key = owner or openpgp_entry(PGP, PGP_SUBKEY)
    return asked(owned.set(f"/keys/{openpgp_id(PGP)}", key), GOOD[0], signed)


def test_an_openpgp_key_signs_for_its_owner_and_a_subkey_for_itself() -> None:
    by_main, by_subkey = (openpgp_metablock(BUILT, key) for key in (PGP, PGP_SUBKEY))
    assert _packaged(by_main) == _packaged(by_subkey) == set()
    only = [openpgp_id(PGP_SUBKEY)]
    assert _packaged(by_subkey, pubkeys=only) == set()
    assert _packaged(by_main, pubkeys=only) == {"layout.link_missing"}


@pytest.mark.parametrize(
    ("position", "value"),
    [(0, 3), (1, 0x10), (2, 17), (3, 2), (5, 5)],
    ids=["version", "over another thing", "not RSA", "SHA-1", "a wrong length"],
)
def test_an_openpgp_signature_of_another_kind_counts_for_nothing(position: int, value: int) -> None:
    headers = bytearray(OPENPGP_HEADERS)
    headers[position] = value
    assert _packaged(openpgp_metablock(BUILT, PGP, bytes(headers))) == {"layout.link_missing"}


def test_openpgp_and_plain_signatures_are_never_taken_for_one_another() -> None:
    plain = metablock(BUILT, PGP)
    assert _packaged(plain) == {"layout.link_missing"}
    owned = layout(WRITE, BUILD.set("/pubkeys", [keyid(PGP)]), keys=(DEVELOPER, PGP))
    assert asked(owned, GOOD[0], plain) == set()
    assert asked(owned, GOOD[0], openpgp_metablock(BUILT, PGP)) == {"layout.link_missing"}


@pytest.mark.parametrize("method", ["pgp+dsa-fips-180-2", "pgp+eddsa-ed25519"])
def test_openpgp_keys_of_other_kinds_are_not_read(method: str) -> None:
    owner = {**openpgp_entry(PGP), "method": method, "keyval": {"public": {"q": "00"}}}
    assert _packaged(openpgp_metablock(BUILT, PGP), owner=owner) == {"layout.link_missing"}


def _inner(*steps: Document) -> Document:
    return layout(*steps, keys=(BUILDER, DEVELOPER))


def test_a_sublayout_answers_for_its_step_with_its_own_artifacts() -> None:
    own = metablock(_inner(step("compile", BUILDER)), BUILDER)
    done = metablock(BUILT.set("/name", "compile"), BUILDER)
    assert asked(LAYOUT, GOOD[0], own, done) == set()
    other = metablock(BUILT.set("/name", "compile").set("/products", {"x": {"sha256": "00" * 32}}), BUILDER)
    assert asked(LAYOUT, GOOD[0], own, other) == {"layout.disallowed"}


def test_t62_a_sublayout_that_asks_for_nothing_is_refused() -> None:
    assert asked(LAYOUT, GOOD[0], metablock(layout(), BUILDER)) == {"layout.empty"}


def test_a_sublayout_that_fails_fails_its_step() -> None:
    expired = metablock(_inner(step("compile", BUILDER)).set("/expires", "2020-01-01T00:00:00Z"), BUILDER)
    done = metablock(BUILT.set("/name", "compile"), BUILDER)
    assert asked(LAYOUT, GOOD[0], expired, done) == {"layout.expired"}


def test_t63_a_sublayout_and_a_link_of_one_step_must_tell_one_story() -> None:
    own = metablock(_inner(step("compile", BUILDER)), BUILDER)
    other = metablock(BUILT.set("/name", "compile").set("/products", {"x": {"sha256": "00" * 32}}), BUILDER)
    assert asked(LAYOUT, *GOOD, own, other) == {"layout.links_disagree"}


def test_t90_layouts_that_contain_one_another_come_to_an_end() -> None:
    one, two = (metablock(_inner(step(name, BUILDER)), BUILDER) for name in ("one", "two"))
    assert asked(LAYOUT, GOOD[0], one, two) == {"layout.link_missing"}


def test_t64_a_link_is_its_signed_names_whatever_the_file_is_called() -> None:
    owned = layout(WRITE, BUILD, step("test", BUILDER), keys=(DEVELOPER, BUILDER))
    assert asked(owned, GOOD[0], metablock(BUILT.set("/name", "test"), BUILDER)) == {"layout.link_missing"}


def test_a_layout_signed_twice_is_not_its_own_link() -> None:
    """The owner may be a functionary too, and the layout itself lies in the folder."""
    owned = layout(WRITE, BUILD.set("/pubkeys", [keyid(VENDOR_KEY)]), keys=(DEVELOPER, VENDOR_KEY))
    by_owner = metablock(BUILT, VENDOR_KEY)
    assert asked(owned, GOOD[0], by_owner, metablock(owned, VENDOR_KEY)) == set()


@pytest.mark.parametrize("limits", [Limits(layout_keys=1), Limits(layout_signatures=1), Limits(layout_work=5)])
def test_t90_limits_end_the_work_with_their_reason(limits: Limits) -> None:
    (reason,) = asked(LAYOUT, *GOOD, limits=limits)
    assert reason.startswith("limit.layout_")
