"""What waivers excuse of files that are held: all of it, by name, or nothing."""

from __future__ import annotations

import pytest

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import NOW
from tests.waiving import ANNA, BERT, CARL, HOUR, by_two, signed, waiver
from verifier.excuses import excuse, waivers_in
from verifier.faults import UpdateFault
from verifier.outcome import Outcome, combine
from verifier.reasons import outcome_of
from verifier.request import EvidenceFile
from verifier.verdict import Artifact, CheckResult, PolicyReference, Verdict
from verifier.waivers import Waiver

POLICY, OTHER = "a" * 64, "b" * 64
ONE, TWO = "1" * 64, "2" * 64
BOTH = (ANNA.approver, BERT.approver)


def verdict(*reasons: str, file: str | None = ONE, policy: str = POLICY, unmet: bool = False) -> Verdict:
    """A verdict for which these reasons are."""
    digests = DigestSet((Digest("sha256", file),) if file is not None else ())
    results = tuple(CheckResult("check", outcome_of(code), code, "") for code in reasons)
    outcomes = [result.outcome for result in results] or [Outcome.PASSED]
    return Verdict(
        outcome=combine([*outcomes, Outcome.INCOMPLETE] if unmet else outcomes),
        artifact=Artifact("endpoint", digests, None),
        results=results,
        tracks=(),
        level="",
        policy=PolicyReference("p", 1, Digest("sha256", policy)),
        trust=(),
        now=NOW,
        not_assessed=(),
        raised_limits=(),
        version="",
    )


def waivers(*payloads: bytes) -> tuple[Waiver, ...]:
    """The waivers in files of these payloads, each signed by two."""
    files = [EvidenceFile(f"{number}", b"\n".join(by_two(payload))) for number, payload in enumerate(payloads)]
    found, aside = waivers_in(files, BOTH, now=NOW, limits=DEFAULT_LIMITS)
    assert not aside
    return found


def of(*reasons: str, files: tuple[str, ...] = (ONE,), policy: str = POLICY) -> bytes:
    return waiver(policy, files=files, reasons=list(reasons))


def test_every_reason_against_every_file_is_excused_or_nothing_is() -> None:
    held = (verdict("verdict.absent", "trust.stale"), verdict("verdict.absent", file=TWO))
    whole = excuse(held, (), waivers(of("verdict.absent", "trust.stale", files=(ONE, TWO))))
    assert whole.whole
    assert [each.signers for each in whole.waivers] == [("Anna", "Bert")]
    assert excuse(held, (), waivers(of("verdict.absent", files=(ONE, TWO)), of("trust.stale"))).whole
    for payload in (
        of("verdict.absent", files=(ONE, TWO)),
        of("verdict.absent", "trust.stale"),
        of("verdict.absent", "trust.stale", files=(TWO,)),
        of("verdict.absent", "trust.stale", files=(ONE, TWO), policy=OTHER),
    ):
        assert not excuse(held, (), waivers(payload)).whole


def test_what_is_left_is_named() -> None:
    left = excuse((verdict("verdict.absent", "trust.stale"),), (), waivers(of("trust.stale"))).left
    assert left == ("verdict.absent",)


def test_what_speaks_against_the_set_is_excused_for_each_of_its_files() -> None:
    held = (verdict(), verdict(file=TWO))
    fault: tuple[Fault, ...] = (UpdateFault("update.incomplete", ""),)
    assert excuse(held, fault, waivers(of("update.incomplete", files=(ONE, TWO)))).whole
    assert excuse(held, fault, waivers(of("update.incomplete"))).left == ("update.incomplete",)


def test_a_waiver_of_one_policy_excuses_nothing_under_another() -> None:
    held = (verdict("verdict.absent"), verdict("verdict.absent", policy=OTHER))
    assert not excuse(held, (), waivers(of("verdict.absent"))).whole
    assert excuse(held, (), waivers(of("verdict.absent"), of("verdict.absent", policy=OTHER))).whole


def test_nothing_is_excused_beside_what_was_refuted() -> None:
    by = waivers(of("verdict.absent", "update.incomplete"))
    refuted = excuse((verdict("verdict.absent", "signature.invalid"),), (), by)
    assert (refuted.waivers, refuted.whole) == ((), False)
    rolled = excuse((verdict("verdict.absent"),), (UpdateFault("update.rollback", ""),), by)
    assert (rolled.waivers, rolled.whole) == ((), False)


def test_what_nobody_can_name_is_not_excused() -> None:
    by = waivers(of("verdict.absent"))
    assert not excuse((verdict("verdict.absent", unmet=True, file=None),), (), by).whole
    assert excuse((verdict(unmet=True),), (), by).left == ("",)
    assert not excuse((verdict(),), (), by).whole
    assert not excuse((), (), by).whole


def test_envelopes_of_one_waiver_may_lie_in_several_files() -> None:
    first, second = by_two(of("verdict.absent"))
    files = (EvidenceFile("anna.json", first + b"\n"), EvidenceFile("bert.json", second), EvidenceFile("copy", first))
    found, aside = waivers_in(files, BOTH, now=NOW, limits=DEFAULT_LIMITS)
    assert ([each.signers for each in found], aside) == ([("Anna", "Bert")], ())


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("waiver.signers", signed(of("verdict.absent"), ANNA)),
        ("waiver.signer_unknown", b"\n".join((signed(of("x.y"), ANNA), signed(of("x.y"), CARL)))),
        ("waiver.lapsed", b"\n".join(by_two(waiver(POLICY, NOW - 2 * HOUR)))),
        ("waiver.not_yet", b"\n".join(by_two(waiver(POLICY, NOW + HOUR)))),
        ("waiver.reason", b"\n".join(by_two(of("signature.invalid")))),
        ("waiver.reason", b"\n".join(by_two(of("gate.no_policy")))),
        ("json.malformed", b"no envelope"),
        ("limit.signatures", b"\n".join([b"{}"] * 17)),
        ("limit.bundle", b" " * (DEFAULT_LIMITS.bundle + 1)),
    ],
)
def test_what_is_no_waiver_is_set_aside_and_takes_nothing_from_one_that_is(reason: str, content: bytes) -> None:
    good = EvidenceFile("good", b"\n".join(by_two(of("trust.stale"))))
    found, aside = waivers_in((EvidenceFile("bad", content), good), BOTH, now=NOW, limits=DEFAULT_LIMITS)
    assert [each.reasons for each in found] == [("trust.stale",)]
    assert [(each.names, each.fault.reason) for each in aside] == [(("bad",), reason)]
