"""What a policy that asks for *current* makes of a manifest and of what the asker accepted before."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from attestations.digests import Digest
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.manifest import ASKED, CHECKSUMS, MANIFEST, MANIFEST_POLICY, listing, stating
from fixtures.recipes.scene import NOW, POLICY, Scene, scene
from fixtures.world import Document
from verifier.engine import judge
from verifier.memory import Memory
from verifier.outcome import Outcome
from verifier.record import read_record, write_record
from verifier.report import render_report
from verifier.updates.streams import Accepted, ReleaseState, Stream, write_state
from verifier.verdict import Verdict

from .judging import ask, policy_of, reasons, request_of

STREAM = Stream("acme", "endpoint", "stable", "windows", "x64")
CURRENT = MANIFEST_POLICY.set("/require", [ASKED | {"current": True, "max_age": "7d"}])


def before(sequence: int, **changes: Any) -> bytes:
    """A state in which release `sequence` was accepted a day before anybody asks."""
    accepted = Accepted(
        stream=STREAM,
        version="7.0.9",
        sequence=sequence,
        manifest=Digest("sha256", "cd" * 32),
        artifacts=(Digest("sha256", "ab" * 32),),
        strength=1,
        expires=None,
        at=NOW - datetime.timedelta(days=1),
    )
    for name, value in changes.items():
        accepted = type(accepted)(
            **{field: getattr(accepted, field) for field in Accepted.__struct_fields__} | {name: value}
        )
    return write_state(ReleaseState({STREAM: accepted}, accepted.at))


def current(*bundles: Document, policy: Document = CURRENT) -> Scene:
    return scene(*(bundles or (stating(MANIFEST),)), policy=policy)


def results(verdict: Verdict) -> list[str]:
    return [result.detail for result in verdict.results if result.check == "manifest.current" and not result.reason]


def test_without_a_state_nobody_can_say_that_it_is_current() -> None:
    verdict = ask(current())
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCOMPLETE, {"update.no_state"})


def test_an_empty_state_makes_it_the_first_of_its_stream() -> None:
    verdict = ask(current(), state=write_state(ReleaseState()))
    assert (verdict.outcome, results(verdict)) == (Outcome.PASSED, ["7.1.0 is the first of its stream here"])


def test_it_follows_the_release_that_was_accepted_last() -> None:
    verdict = ask(current(), state=before(711))
    assert (verdict.outcome, results(verdict)) == (Outcome.PASSED, ["7.1.0 follows 7.0.9"])


@pytest.mark.parametrize(
    ("state", "reason", "outcome"),
    [
        (before(713), "update.rollback", Outcome.FAILED),
        (before(712), "update.equivocation", Outcome.FAILED),
        (before(711, manifest=Digest("sha256", "ef" * 32)), "update.broken_chain", Outcome.FAILED),
        (before(711, strength=3), "update.weaker_scheme", Outcome.FAILED),
        (before(711, at=NOW + datetime.timedelta(days=1)), "clock.suspect", Outcome.ERROR),
        (b"{}", "update.state_damaged", Outcome.ERROR),
    ],
)
def test_u03_u07_u14_what_does_not_follow_is_refused_for_its_reason(
    state: bytes, reason: str, outcome: Outcome
) -> None:
    verdict = ask(current(), state=state)
    assert (verdict.outcome, reasons(verdict)) == (outcome, {reason})


def test_a_policy_that_does_not_ask_is_not_answered() -> None:
    verdict = ask(current(policy=MANIFEST_POLICY), state=before(713))
    assert (verdict.outcome, results(verdict)) == (Outcome.PASSED, [])


def test_a_list_of_checksums_belongs_to_no_stream() -> None:
    rule = {"check": "manifest", "signer": "release", "current": True}
    verdict = ask(listing(CHECKSUMS, POLICY.set("/require", [rule])), state=before(711))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCOMPLETE, {"update.unsaid"})


def test_u05_the_same_release_offered_for_too_long_is_a_stale_source() -> None:
    first = ask(current(), state=write_state(ReleaseState()))
    assert first.outcome is Outcome.PASSED
    asked = replace(current(), now=NOW + datetime.timedelta(days=8))
    statement = statement_digest()
    old = before(712, manifest=statement, version="7.1.0", strength=1, at=NOW)
    verdict = ask(asked, state=old)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCOMPLETE, {"update.stale_source"})


def statement_digest() -> Digest:
    """The digest of the manifest's statement, as a rollback by one number tells it."""
    verdict = ask(current(), state=before(712))
    [result] = [result for result in verdict.results if result.reason == "update.equivocation"]
    algorithm, _, value = (result.actual or "").partition(":")
    return Digest(algorithm, value)


def test_a_record_holds_the_state_and_is_judged_again_to_the_same_bytes() -> None:
    request = request_of(current(), state=before(711))
    report = render_report(judge(request))
    again, kept = read_record(write_record(request, report), "record", DEFAULT_LIMITS)
    assert again == request
    assert render_report(judge(again, Memory())) == kept == report


def test_the_policy_says_so_in_every_form() -> None:
    from verifier.policy.plain import plain
    from verifier.policy.toml import to_toml

    policy = policy_of(CURRENT)
    [rule] = plain(policy)["require"]
    assert (rule["current"], rule["max_age"]) == (True, "7d")
    assert policy_of(to_toml(policy).encode()) == policy
