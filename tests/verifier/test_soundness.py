"""Every verdict of ours is sound; one with a check taken out, or a word put in, is not.

The vectors are the world: whatever the engine comes to in them is read back out of its report, and follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from attestations.faults import Fault
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from tests.vectors.runner import request
from verifier.engine import judge
from verifier.faults import VerdictFault
from verifier.outcome import Outcome
from verifier.policy.expected import about_release
from verifier.policy.model import (
    Exact,
    LayoutRequirement,
    LevelRequirement,
    ManifestRequirement,
    ProvenanceRequirement,
    SbomRequirement,
    SignedRequirement,
    VerdictRequirement,
)
from verifier.report import render_report
from verifier.report_reading import read_verdict
from verifier.request import Request
from verifier.soundness import check_sound, checks_of
from verifier.verdict import CheckResult, TrackResult, Verdict


def _judged() -> Iterator[tuple[str, Request, Verdict]]:
    for path in sorted(VECTORS.glob(f"**/{CASE}")):
        case = read_case(path.parent)
        if isinstance(case, VerdictCase):
            try:
                asked = request(case, path.parent)
            except Fault:
                continue  # its policy cannot be read, and nothing is judged
            yield path.parent.name, asked, judge(asked)


JUDGED = tuple(_judged())
PASSED = tuple((name, asked, verdict) for name, asked, verdict in JUDGED if verdict.outcome is Outcome.PASSED)


def _refusal(asked: Request, verdict: Verdict) -> str:
    with pytest.raises(VerdictFault) as refused:
        check_sound(verdict, asked.policy, asked.release)
    assert refused.value.reason == "verdict.unsound"
    return refused.value.detail


def test_every_verdict_of_the_vectors_is_read_back_from_its_report_and_sound() -> None:
    assert len(JUDGED) > 300
    for name, asked, verdict in JUDGED:
        report = render_report(verdict)
        read = read_verdict(report, source=name)
        assert render_report(read) == report, name
        check_sound(read, asked.policy, asked.release)


def test_a_passed_verdict_without_a_check_that_its_policy_asks_for_is_unsound() -> None:
    taken = 0
    for name, asked, verdict in PASSED:
        for number, requirement in enumerate(about_release(asked.policy, asked.release).requirements):
            for check in checks_of(requirement):
                left = tuple(each for each in verdict.results if (each.requirement, each.check) != (number, check))
                assert len(left) < len(verdict.results), name
                _refusal(asked, replace(verdict, results=left))
                taken += 1
    assert taken > 200


def test_a_passed_verdict_in_which_no_root_of_the_policys_was_used_is_unsound() -> None:
    asked, verdict = _with_roots()
    left = tuple(each for each in verdict.results if each.check not in ("trust", "trust.age"))

    assert "could be used" in _refusal(asked, replace(verdict, results=left))
    assert "was not used" in _refusal(asked, replace(verdict, trust=()))


def test_a_passed_verdict_of_a_time_at_which_its_root_was_too_old_is_unsound() -> None:
    asked, verdict = next(
        (asked, verdict) for _, asked, verdict in PASSED if asked.policy.trust.max_age is not None and verdict.trust
    )
    assert asked.policy.trust.max_age is not None

    late = replace(verdict, now=verdict.now + 2 * asked.policy.trust.max_age)

    assert "older than the policy allows" in _refusal(asked, late)


def _with_roots() -> tuple[Request, Verdict]:
    return next((asked, verdict) for _, asked, verdict in PASSED if asked.policy.trust.roots)


def _of(kind: Callable[[CheckResult], bool], verdict: Verdict) -> CheckResult:
    return next(filter(kind, verdict.results))


def _changed(verdict: Verdict, old: CheckResult, new: CheckResult) -> Verdict:
    return replace(verdict, results=tuple(new if each is old else each for each in verdict.results))


def test_an_outcome_that_does_not_follow_from_the_checks_is_unsound() -> None:
    for _, asked, verdict in JUDGED[:: len(JUDGED) // 40]:
        if verdict.outcome is Outcome.PASSED:
            assert "does not follow" in _refusal(asked, replace(verdict, outcome=Outcome.FAILED))
        else:
            assert "does not follow" in _refusal(asked, replace(verdict, outcome=Outcome.PASSED))


def test_a_refusal_that_calls_itself_passed_or_a_finding_is_unsound() -> None:
    asked, verdict = next((asked, each) for _, asked, each in JUDGED if each.outcome is Outcome.FAILED)
    failed = _of(lambda each: each.outcome is Outcome.FAILED, verdict)

    for changed in (replace(failed, outcome=Outcome.PASSED), replace(failed, finding=True)):
        assert _refusal(asked, _changed(verdict, failed, changed))


def test_one_who_is_no_signer_of_the_requirements_counts_for_nobody() -> None:
    asked, verdict = PASSED[0][1], PASSED[0][2]
    threshold = _of(lambda each: each.check == "threshold", verdict)
    stranger = replace(threshold, actual=f"{threshold.actual}, mallory")

    assert "those whom it names" in _refusal(asked, _changed(verdict, threshold, stranger))


@pytest.mark.parametrize(
    "track", ["VI_SIGNED_1", "VI_BUILD_1", "VI_REBUILD_2", "SLSA_BUILD_LEVEL_4", "SLSA_SOURCE_LEVEL_4"]
)
def test_a_track_that_no_requirement_carries_does_not_hold(track: str) -> None:
    passed = [
        (asked, each) for _, asked, each in PASSED if track not in {held.track for held in each.tracks if held.held}
    ]
    failed = [(asked, each) for _, asked, each in JUDGED if each.outcome is Outcome.FAILED]
    asked, verdict = (failed if track == "VI_SIGNED_1" else passed)[0]

    claimed = replace(verdict, tracks=(*verdict.tracks, TrackResult(track, True, "so it is said")))

    assert _refusal(asked, claimed)


def test_a_level_above_what_the_tracks_add_up_to_is_unsound() -> None:
    asked, verdict = PASSED[0][1], PASSED[0][2]

    assert "add up to" in _refusal(asked, replace(verdict, level="VI_LEVEL_6"))


def test_a_level_that_the_policy_asks_for_and_the_tracks_do_not_reach_is_unsound() -> None:
    asked, verdict = next(
        (asked, verdict)
        for _, asked, verdict in PASSED
        if any(isinstance(each, LevelRequirement) for each in asked.policy.requirements)
    )
    lowered = replace(verdict, tracks=tuple(replace(each, held=False) for each in verdict.tracks), level="VI_LEVEL_0")

    assert _refusal(asked, lowered)


def test_a_verdict_under_another_policy_of_the_same_name_and_version_is_unsound() -> None:
    asked, verdict = PASSED[0][1], PASSED[0][2]
    other = next(each.policy for _, each, _ in PASSED if each.policy != asked.policy)
    named_alike = replace(other, id=asked.policy.id, version=asked.policy.version)

    with pytest.raises(VerdictFault, match="another policy"):
        check_sound(verdict, named_alike, asked.release)


def test_a_verdict_about_no_release_where_the_policy_asks_for_one_is_never_passed() -> None:
    asked, verdict = next(
        (asked, verdict) for _, asked, verdict in PASSED if "{version}" in str(asked.policy.requirements)
    )

    assert "cannot be asked" in _refusal(replace(asked, release=None), verdict)


def test_what_was_not_assessed_stands_on_every_verdict() -> None:
    asked, verdict = PASSED[0][1], PASSED[0][2]

    assert "not assessed" in _refusal(asked, replace(verdict, not_assessed=()))


def test_a_report_that_says_more_than_a_verdict_does_is_refused() -> None:
    verdict = PASSED[0][2]
    report = render_report(verdict)

    for changed in (
        report.replace(b'"level":', b'"endorsed":true,"level":'),
        report.replace(b'"raisedLimits":[]', b'"raisedLimits":null'),
        report.replace(b'"_type"', b' "_type"'),
        report + b"\n",
        report[:-1],
        b"",
        b"[]",
    ):
        assert changed != report
        with pytest.raises(Fault) as refused:
            read_verdict(changed, source="report")
        assert refused.value.reason in ("verdict.unknown", "json.type", "json.malformed")


OTHERWISE = {
    "signers": "who may have spoken: the groups of the threshold",
    "threshold": "how many must have: the same",
    "predicate_type": "of which kind the evidence is: what is of another kind is no evidence for it",
    "slsa_build_level": "what the policy grants: the tracks",
    "product": "of a layout, the path of what it left: a part of its check of that",
    "parameters": "of a layout, what its placeholders stand for: what it is evaluated with",
    "max_age": "of a manifest, how old it may be: a part of its check of what is current; of a verdict, always checked",
    "verifier": "of a verdict, always checked",
    "resource": "of a verdict, always checked",
    "levels": "of a verdict, always checked",
}
"""Settings that have no check of their own, and where they count."""


def test_every_setting_of_a_requirement_has_a_check_that_cannot_be_left_out() -> None:
    kinds = (SignedRequirement, ProvenanceRequirement, LayoutRequirement, ManifestRequirement, SbomRequirement)
    verdict = VerdictRequirement(("assurer",), "https://audit.example", Exact("pkg:generic/endpoint"))
    unseen = set()
    for plain in (*(kind(signers=("vendor",)) for kind in kinds), verdict):
        for name in plain.__struct_fields__:
            asked = set(checks_of(replace(plain, **{name: ("sha256", "header") if name == "match" else True})))
            assert asked >= set(checks_of(plain))
            if asked == set(checks_of(plain)):
                unseen.add(name)
    assert unseen == set(OTHERWISE)
