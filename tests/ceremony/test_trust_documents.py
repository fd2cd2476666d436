"""Trust documents: what a chain of versions vouches for, and that the `tuf` library finds the same."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]  # it is theirs to give

from attestations.digests import Digest
from attestations.faults import Fault
from attestations.trust_documents import RoleKeys, Terms, parse_trust_document
from tests.api.running import ROOT
from verifier.trust_documents import begin, check_current, fingerprint, keys_at, succeed

from .parties import EXPIRES, START, after, person, root_of, signed, terms, verdict_of

PEOPLE = ("ann", "bert", "carl", "dora", "emma")
FIRST = terms()
DAY = datetime.timedelta(days=1)


def role(*people: str, threshold: int = 1) -> RoleKeys:
    """Keys of a role below the root."""
    return RoleKeys(dict(map(root_of, people)), threshold)


def refusal(attempt: Callable[[], object]) -> str:
    with pytest.raises(Fault) as refused:
        attempt()
    return refused.value.reason


def first(*people: str) -> bytes:
    return signed(FIRST, *people)


def following(said: Terms, *people: str, before: bytes | None = None) -> str | None:
    """Why the version that says `said` does not follow on the first one; None where it does."""
    trusted = begin(before or first("ann", "bert"), source="first")
    try:
        succeed(trusted, signed(said, *people), source="second")
    except Fault as fault:
        return fault.reason
    return None


def test_a_document_is_what_its_root_keys_signed() -> None:
    document = begin(first("ann", "carl"), source="first")

    assert document.terms == FIRST
    assert [key.key.fingerprint for key in keys_at(document, START)] == [person("verdicts").public_key.fingerprint]
    assert refusal(lambda: begin(first("ann"), source="first")) == "update.unsigned"
    assert refusal(lambda: begin(first("ann", "mallory"), source="first")) == "update.unsigned"


def test_one_person_under_two_ids_is_one_person() -> None:
    _, key = root_of("ann")
    twice = replace(FIRST, roots={**dict([root_of("ann")]), "0" * 64: key})

    assert refusal(lambda: begin(signed(twice, "ann"), source="twice")) == "trust_document.key"


def test_each_version_is_signed_by_those_before_and_by_its_own() -> None:
    rotated = after(FIRST, roots=dict(map(root_of, ("carl", "dora", "emma"))))

    assert following(rotated, "ann", "bert", "carl", "dora") is None
    assert following(rotated, "bert", "carl", "dora") is None
    assert following(rotated, "ann", "bert") == "update.unsigned"
    assert following(rotated, "carl", "dora", "emma") == "update.unsigned"


@pytest.mark.parametrize("version", [1, 3, 2**40])
def test_no_version_is_left_out_and_none_comes_back(version: int) -> None:
    assert following(replace(FIRST, version=version), "ann", "bert") == "trust_document.version"


def test_the_threshold_can_be_raised_and_the_next_version_must_meet_it() -> None:
    raised = after(FIRST, threshold=3)

    assert following(raised, "ann", "bert") == "update.unsigned"
    assert following(raised, "ann", "bert", "carl") is None


def test_what_was_settled_stays_settled() -> None:
    lost = replace(FIRST.verdict_keys[0], compromised=START + DAY)
    compromised = replace(FIRST, verdict_keys=(lost,), unattended=True)
    before = signed(compromised, "ann", "bert")

    for change in (
        {"verdict_keys": FIRST.verdict_keys},
        {"verdict_keys": ()},
        {"unattended": False},
        {"base": "https://x.example"},
    ):
        assert following(after(compromised, **change), "ann", "bert", before=before) == "trust_document.settled"
    assert following(after(compromised, verdict_keys=(lost, verdict_of("next"))), "ann", "bert", before=before) is None


def test_nothing_of_a_compromised_key_counts_whatever_its_date() -> None:
    lost = replace(FIRST.verdict_keys[0], compromised=START + 30 * DAY)
    document = begin(signed(replace(FIRST, verdict_keys=(lost,)), "ann", "bert"), source="first")

    assert keys_at(document, START + DAY) == ()


def test_a_key_counts_in_its_window_both_ends_included() -> None:
    document = begin(first("ann", "bert"), source="first")
    second = datetime.timedelta(seconds=1)

    assert [len(keys_at(document, at)) for at in (START - second, START, EXPIRES, EXPIRES + second)] == [0, 1, 1, 0]


def test_an_expired_document_says_nothing_today() -> None:
    document = begin(first("ann", "bert"), source="first")

    check_current(document, EXPIRES - datetime.timedelta(seconds=1))
    assert refusal(lambda: check_current(document, EXPIRES)) == "trust_document.expired"


def test_the_fingerprint_is_of_the_root_keys_and_their_threshold() -> None:
    same = after(FIRST, verdict_keys=(verdict_of("next"),), expires=EXPIRES + DAY)
    prints = [
        fingerprint(begin(signed(said, "ann", "bert", "carl"), source="one"))
        for said in (
            FIRST,
            same,
            replace(FIRST, threshold=3),
            replace(FIRST, roots=dict(map(root_of, ("ann", "bert")))),
        )
    ]

    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    tree = json.loads(first("ann", "bert"))
    change(tree["signed"])
    return json.dumps(tree).encode("ascii")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda signed: signed.pop("x-countersign"), "json.missing"),
        (lambda signed: signed["x-countersign"].update(format="countersign.trust-document/2"), "json.value"),
        (lambda signed: signed["x-countersign"].update(more=1), "json.unknown_field"),
        (lambda signed: signed["x-countersign"].update(unattended="no"), "json.type"),
        (
            lambda signed: signed["x-countersign"]["verdict_keys"].append(signed["x-countersign"]["verdict_keys"][0]),
            "json.value",
        ),
        (lambda signed: signed["x-countersign"]["verdict_keys"][0].update(until="2027-03-01"), "json.value"),
        (
            lambda signed: signed["x-countersign"]["verdict_keys"][0].update({"from": "0209-03-01T00:00:00Z"}),
            "json.value",
        ),
        (lambda signed: signed["x-countersign"]["verdict_keys"][0].update(fingerprint="sha256:00"), "digest.malformed"),
        (lambda signed: signed["x-countersign"]["verdict_keys"][0].update(public="-----"), "trust_document.key"),
        (
            lambda signed: signed["x-countersign"]["verdict_keys"][0].update(fingerprint=f"sha256:{'0' * 64}"),
            "trust_document.key",
        ),
        (lambda signed: signed["x-countersign"].update(base="audit"), "trust_document.base"),
        (lambda signed: signed["roles"]["root"].update(threshold=4), "trust_document.key"),
        (lambda signed: signed["roles"]["root"]["keyids"].append("0" * 64), "json.value"),
        (
            lambda signed: signed["roles"]["targets"]["keyids"].append(signed["roles"]["root"]["keyids"][0]),
            "trust_document.key",
        ),
        (lambda signed: signed["roles"]["targets"]["keyids"].append("0" * 64), "json.value"),
        (lambda signed: signed.update(expires="2028-03-01T00:00:00Z"), "update.unsigned"),
        (lambda signed: signed.update(_type="targets"), "tuf.type"),
    ],
)
def test_a_document_of_another_form_or_content_is_refused(
    change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    assert refusal(lambda: begin(_changed(change), source="changed")) == reason


@pytest.mark.parametrize(
    "keys",
    [role("ann"), role("verdicts"), role("emma", threshold=2), RoleKeys({"0" * 64: root_of("emma")[1]}, 1)],
    ids=["a root key", "a verdict key", "too few", "under another id"],
)
def test_a_role_below_the_root_has_keys_of_its_own_and_enough_of_them(keys: RoleKeys) -> None:
    def attempt(keys: RoleKeys) -> object:
        return begin(signed(replace(FIRST, below={"snapshot": keys}), "ann", "bert"), source="first")

    assert refusal(lambda: attempt(keys)) == "trust_document.key"
    assert attempt(role("emma"))


def test_a_root_key_signs_no_verdicts() -> None:
    ann = replace(
        verdict_of("verdicts"), fingerprint=person("ann").public_key.fingerprint, public=verdict_of("ann").public
    )

    assert (
        refusal(lambda: begin(signed(replace(FIRST, verdict_keys=(ann,)), "ann", "bert"), source="x"))
        == "trust_document.key"
    )


# --- properties: against the `tuf` library

groups = some.sets(some.sampled_from(PEOPLE), min_size=1)


@some.composite
def sayings(draw: some.DrawFn, version: int = 1) -> Terms:
    people = sorted(draw(groups))
    return replace(terms(people, draw(some.integers(1, len(people)))), version=version)


def _others(before: bytes, data: bytes) -> bool:
    """Whether the `tuf` library takes `data` for the root after `before`, by signatures alone."""
    old, new = Metadata[Root].from_bytes(before), Metadata[Root].from_bytes(data)
    try:
        old.verify_delegate(Root.type, new)
        new.verify_delegate(Root.type, new)
    except RepositoryError:
        return False
    return True


@given(sayings(), groups)
def test_the_tuf_library_agrees_on_who_signed_a_first_version(said: Terms, people: set[str]) -> None:
    data = signed(said, *sorted(people))
    try:
        begin(data, source="first")
    except Fault as fault:
        assert fault.reason == "update.unsigned"
        assert not _others(data, data)
    else:
        assert _others(data, data)
        assert len(people & {name for name in PEOPLE if root_of(name)[0] in said.roots}) >= said.threshold


@given(sayings(), sayings(version=2), groups)
def test_the_tuf_library_agrees_on_every_step_of_a_chain(old: Terms, new: Terms, people: set[str]) -> None:
    before, data = signed(old, *PEOPLE), signed(new, *sorted(people))
    trusted = begin(before, source="first")
    try:
        succeed(trusted, data, source="second")
    except Fault as fault:
        assert fault.reason == "update.unsigned"
        assert not _others(before, data)
    else:
        assert _others(before, data)


@given(some.integers(0, 10**6), some.integers(0, 255))
def test_no_byte_of_a_document_can_be_changed_and_say_something_else(at: int, byte: int) -> None:
    data = first("ann", "bert")
    at %= len(data)
    changed = data[:at] + bytes([byte]) + data[at + 1 :]
    try:
        document = begin(changed, source="changed")
    except Fault:
        return
    assert document.terms == FIRST


def test_the_first_version_is_read_by_the_tuf_library_as_its_own_root() -> None:
    data = first("ann", "bert")
    theirs = Metadata[Root].from_bytes(data).signed
    ours = parse_trust_document(data, source="first")

    assert (theirs.version, theirs.roles["root"].threshold) == (ours.terms.version, ours.terms.threshold)
    assert theirs.expires.replace(tzinfo=datetime.UTC) == ours.terms.expires
    assert {Digest("sha256", keyid) for keyid in theirs.roles["root"].keyids} == {
        person(name).public_key.fingerprint for name in ("ann", "bert", "carl")
    }


@pytest.mark.parametrize("said", [FIRST, replace(FIRST, unattended=True), after(FIRST, threshold=1)])
def test_documents_are_of_the_published_schema(said: Terms) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "trust-document.schema.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema)

    validator.validate(json.loads(signed(said, "ann", "bert")))
    assert not validator.is_valid(json.loads(_changed(lambda tree: tree["x-countersign"].update(more=1))))
