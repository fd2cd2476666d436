"""What decides a requirement, what a verdict then says, and what no evidence can do to it."""

from __future__ import annotations

import datetime
import hashlib
import itertools

import pytest

from attestations.digests import DigestSet
from attestations.limits import DEFAULT_LIMITS, Limits
from fixtures.recipes.keyed import AUDITOR_KEY, KEY_POLICY, MALLORY_KEY, TWO_PARTIES, VENDOR_KEY, envelope, keyed
from fixtures.recipes.scene import MALLORY, OTHER, POLICY, RELEASE, SIGNED_POLICY, Scene, scene
from fixtures.world import Document
from verifier.engine import judge
from verifier.levels import LEVELS
from verifier.outcome import Outcome
from verifier.policy.model import LevelRequirement, TrustRule
from verifier.request import EvidenceFile
from verifier.verdict import Artifact, Verdict

from ..values import replace
from .judging import ask, findings, held, policy_of, reasons, request_of

GOOD = RELEASE.bundle()
LIE = RELEASE.saying("/predicate/runDetails/builder/id", "https://mallory.example/builder").bundle()
STRANGER = RELEASE.bundle(identity=replace(RELEASE.workflow, path=".github/workflows/x.yml").identity)
FORGED = RELEASE.within(MALLORY).bundle()
ABOUT_OTHER = OTHER.bundle(identity=RELEASE.workflow.identity)
DAMAGED = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"'
NOISE = b"not evidence at all"


def test_an_honest_build_passes_and_both_tracks_hold() -> None:
    verdict = ask(scene(GOOD))
    assert verdict.outcome is Outcome.PASSED
    assert (held(verdict), verdict.level) == ({"VI_SIGNED_1", "VI_BUILD_1"}, "VI_LEVEL_1")
    assert "rebuild" in verdict.not_assessed


def test_every_reason_shows_and_not_the_first_alone() -> None:
    policy = POLICY.set("/require/0/builder", "https://b.example").set("/require/0/source", "https://s.example/a/b")
    verdict = ask(scene(GOOD, policy=policy.set("/require/0/ref", "refs/heads/main")))
    assert reasons(verdict) == {"builder.mismatch", "source.uri", "source.ref"}
    assert held(verdict) == set()


# --- what decides


@pytest.mark.parametrize("order", list(itertools.permutations([GOOD, LIE])))
def test_t63_all_statements_of_a_named_party_must_satisfy(order: tuple[Document, ...]) -> None:
    assert reasons(ask(scene(*order))) == {"builder.mismatch"}


@pytest.mark.parametrize("order", list(itertools.permutations([GOOD, STRANGER])))
def test_a_strangers_statement_harms_nothing(order: tuple[Document, ...]) -> None:
    assert ask(scene(*order)).outcome is Outcome.PASSED


@pytest.mark.parametrize("beside", [FORGED, DAMAGED, NOISE], ids=["forged", "damaged", "noise"])
def test_t29_what_does_not_authenticate_is_set_aside_and_named(beside: Document | bytes) -> None:
    verdict = ask(scene(GOOD, beside))
    assert verdict.outcome is Outcome.PASSED
    assert "evidence.set_aside" in findings(verdict)


def test_what_does_not_authenticate_refutes_where_it_stands_alone() -> None:
    assert ask(scene(FORGED)).outcome is Outcome.FAILED
    assert ask(scene(DAMAGED)).outcome is Outcome.FAILED


def test_a_statement_about_another_artifact_is_no_candidate_beside_the_right_one() -> None:
    assert ask(scene(ABOUT_OTHER, GOOD)).outcome is Outcome.PASSED


def test_t04_a_statement_about_another_artifact_alone_is_a_mismatch() -> None:
    assert reasons(ask(scene(ABOUT_OTHER))) == {"subject.mismatch"}


def test_t72_the_right_conditions_by_the_wrong_signer_are_refused() -> None:
    verdict = ask(scene(STRANGER))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.FAILED, {"signer.identity"})


def test_t72_the_right_signer_under_the_wrong_conditions_is_refused() -> None:
    assert reasons(ask(scene(LIE))) == {"builder.mismatch"}


def test_t60_no_evidence_is_never_passed() -> None:
    verdict = ask(scene())
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCOMPLETE, {"evidence.absent"})


def test_t61_a_valid_statement_of_another_type_does_not_stand_in() -> None:
    other = RELEASE.saying("/predicateType", "https://slsa.dev/verification_summary/v1").bundle()
    verdict = ask(scene(other))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCOMPLETE, {"predicate_type.absent"})


def test_t61_a_predicate_that_breaks_its_types_rules_is_refused() -> None:
    broken = RELEASE.silent("/predicate/runDetails").bundle()
    assert reasons(ask(scene(broken))) == {"json.missing"}
    assert ask(scene(broken, GOOD)).outcome is Outcome.FAILED, "and a good one beside it does not outweigh it"


def test_t62_a_policy_made_by_hand_that_asks_for_nothing_never_passes() -> None:
    for requirements in ((), (LevelRequirement("VI_LEVEL_0"),)):
        policy = replace(policy_of(), requirements=requirements, trust=TrustRule(("world",)))
        verdict = ask(scene(GOOD), policy=policy)
        assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"policy.empty"})


def test_t03_an_artifact_without_a_digest_is_no_question() -> None:
    verdict = ask(scene(GOOD), artifact=Artifact("x", DigestSet(()), None))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"subject.artifact_undigested"})


# --- who counts


def test_t24_t26_one_party_is_one_party_however_often_it_signs() -> None:
    twice = ask(
        keyed(
            envelope(VENDOR_KEY), envelope(VENDOR_KEY, VENDOR_KEY), policy=TWO_PARTIES, keys=(VENDOR_KEY, AUDITOR_KEY)
        )
    )
    assert (twice.outcome, reasons(twice)) == (Outcome.INCOMPLETE, {"threshold.unmet"})


def test_two_parties_in_two_files_are_two() -> None:
    apart = keyed(envelope(VENDOR_KEY), envelope(AUDITOR_KEY), policy=TWO_PARTIES, keys=(VENDOR_KEY, AUDITOR_KEY))
    assert ask(apart).outcome is Outcome.PASSED


def test_an_auditors_signature_is_not_the_vendors() -> None:
    """The requirement is met by both; the track speaks of the vendor alone."""
    policy = TWO_PARTIES.set("/product", {"vendor": "acme", "name": "endpoint"})
    both = keyed(envelope(VENDOR_KEY, AUDITOR_KEY), policy=policy, keys=(VENDOR_KEY, AUDITOR_KEY))
    (signed, *_) = ask(both).tracks
    assert (signed.held, signed.why) == (True, "signed by acme")


def test_a_key_that_the_policy_pins_and_nobody_gave_is_our_own_lack() -> None:
    verdict = ask(keyed(envelope(VENDOR_KEY), keys=()))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"trust.key_not_given"})


def test_t32_a_key_file_confers_nothing() -> None:
    stranger = keyed(envelope(MALLORY_KEY), policy=KEY_POLICY, keys=(MALLORY_KEY, VENDOR_KEY))
    assert ask(stranger).outcome is Outcome.FAILED


# --- what is withheld


def test_t51_a_stale_root_is_undecided_and_no_track_holds() -> None:
    late = scene(GOOD, now=datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC))
    verdict = ask(late)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"trust.stale"})
    assert (held(verdict), verdict.level) == (set(), "VI_LEVEL_0")


def test_a_root_that_was_not_given_is_one_reason_and_not_two() -> None:
    verdict = ask(scene(GOOD, trust=()))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"trust.name_unknown"})


def test_a_root_that_the_policy_names_by_digest_is_never_taken_by_its_name() -> None:
    """A file may be called anything, also like the digest of another."""
    ((_, root, dated),) = scene(GOOD).trust
    digest = f"sha256:{hashlib.sha256(root.content).hexdigest()}"
    policy = POLICY.set("/trust/roots", [digest])
    assert ask(scene(GOOD, policy=policy, trust=(("any name", root, dated),))).outcome is Outcome.PASSED
    fake = replace(root, content=bytes(MALLORY.trusted_root()))
    verdict = ask(scene(FORGED, policy=policy, trust=((digest, fake, dated),)))
    assert reasons(verdict) == {"trust.name_unknown"}


def test_t90_a_claim_of_any_length_is_quoted_and_not_copied() -> None:
    flood = RELEASE.saying("/predicate/runDetails/builder/id", "x" * 2_000_000).bundle()
    verdict = ask(scene(flood))
    assert reasons(verdict) == {"builder.mismatch"}
    assert max(len(result.actual or "") for result in verdict.results) < 1_100


def test_the_build_track_wants_every_expectation() -> None:
    for field in ("builder", "build_type", "source", "parameters"):
        verdict = ask(scene(GOOD, policy=POLICY.drop(f"/require/0/{field}")))
        assert verdict.outcome is Outcome.PASSED
        assert held(verdict) == {"VI_SIGNED_1"}, field


def test_slsas_level_stands_beside_and_comes_from_the_policy() -> None:
    granted = POLICY.set("/require/0/slsa_build_level", 3)
    assert "SLSA_BUILD_LEVEL_3" in held(ask(scene(GOOD, policy=granted)))
    assert "SLSA_BUILD_LEVEL_3" not in held(ask(scene(LIE, policy=granted)))
    assert not any("SLSA" in track for track in held(ask(scene(GOOD))))


def test_t12_only_a_digest_says_what_was_not_seen_and_names_the_digest() -> None:
    verdict = ask(scene(GOOD, size=None))
    assert verdict.outcome is Outcome.PASSED
    assert "bytes.not_seen" in findings(verdict)
    assert [str(digest) for digest in verdict.artifact.digests] == [f"sha256:{RELEASE.sha256}"]


def test_a_release_that_nothing_asks_for_is_told() -> None:
    assert "release.unused" in findings(ask(keyed(envelope(VENDOR_KEY), release="7.1.0")))


def test_a_raised_limit_stands_on_the_verdict() -> None:
    raised = replace(DEFAULT_LIMITS, subjects=20_000)
    assert ask(scene(GOOD), limits=raised).raised_limits == ("subjects=20000",)
    assert ask(scene(GOOD)).raised_limits == ()


def test_t90_too_much_evidence_is_not_looked_at() -> None:
    flood = tuple(EvidenceFile(f"{number}.json", DAMAGED) for number in range(5))
    verdict = ask(scene(), evidence=flood, limits=Limits(evidence_files=4))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"limit.evidence_files"})


def test_now_is_in_utc() -> None:
    elsewhere = datetime.timezone(datetime.timedelta(hours=1))
    with pytest.raises(ValueError, match="UTC"):
        ask(scene(GOOD), now=datetime.datetime(2026, 3, 14, tzinfo=elsewhere))


# --- what no evidence can do


BUNDLES = {"good": GOOD, "lie": LIE, "stranger": STRANGER, "forged": FORGED, "other": ABOUT_OTHER, "damaged": DAMAGED}
UNAUTHENTIC = ("forged", "damaged")
SETS = [names for size in range(4) for names in itertools.combinations(BUNDLES, size)]
RANK = {Outcome.FAILED: 0, Outcome.ERROR: 1, Outcome.INCOMPLETE: 2, Outcome.PASSED: 3}


def verdict_on(*names: str) -> Verdict:
    return ask(_scene(*names))


def _scene(*names: str) -> Scene:
    return scene(*(BUNDLES[name] for name in names))


@pytest.mark.parametrize("names", SETS, ids="+".join)
def test_what_does_not_authenticate_never_raises_an_outcome(names: tuple[str, ...]) -> None:
    base = verdict_on(*names)
    for more in UNAUTHENTIC:
        if more not in names:
            assert RANK[verdict_on(*names, more).outcome] <= RANK[base.outcome]


@pytest.mark.parametrize("names", SETS, ids="+".join)
def test_dropping_evidence_that_refutes_nothing_never_raises_a_level(names: tuple[str, ...]) -> None:
    """A submitter can always hold back what speaks against a release; what speaks for it, only to one's loss."""
    base = verdict_on(*names)
    if base.outcome is Outcome.FAILED:
        assert base.level == LEVELS[0]
        return
    for dropped in names:
        rest = [name for name in names if name != dropped]
        assert LEVELS.index(verdict_on(*rest).level) <= LEVELS.index(base.level)


@pytest.mark.parametrize("names", SETS, ids="+".join)
def test_a_judgement_is_the_same_every_time_and_in_any_order(names: tuple[str, ...]) -> None:
    assert verdict_on(*names) == verdict_on(*names)
    for order in itertools.permutations(names):
        again = verdict_on(*order)
        assert (again.outcome, again.level, reasons(again)) == (
            verdict_on(*names).outcome,
            verdict_on(*names).level,
            reasons(verdict_on(*names)),
        )


def test_one_bundle_in_two_files_is_one() -> None:
    once, twice = ask(scene(GOOD)), ask(scene(GOOD, GOOD))
    assert [result.check for result in twice.results] == [result.check for result in once.results]


def test_a_signed_policy_takes_a_signature_over_the_artifact() -> None:
    verdict = judge(request_of(scene(RELEASE.signature(), policy=SIGNED_POLICY)))
    assert (verdict.outcome, held(verdict)) == (Outcome.PASSED, {"VI_SIGNED_1"})


def test_t09_a_signature_over_one_digest_says_nothing_of_another_that_nobody_measured() -> None:
    own, other = (hashlib.sha512(release.content).hexdigest() for release in (RELEASE, OTHER))
    for sha512 in (own, other):
        given = {"sha256": RELEASE.sha256, "sha512": sha512}
        verdict = ask(scene(RELEASE.signature(), policy=SIGNED_POLICY, digests=given, size=None))
        assert (verdict.outcome, reasons(verdict)) == (Outcome.ERROR, {"subject.uncompared"})
    measured = {"sha256": RELEASE.sha256, "sha512": own}
    assert ask(scene(RELEASE.signature(), policy=SIGNED_POLICY, digests=measured)).outcome is Outcome.PASSED
