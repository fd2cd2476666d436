"""Grace: for data alone, that is authentic and in sequence, over nothing but a verdict that is late; and not yet."""

from __future__ import annotations

import pytest

from attestations.faults import Fault
from tests.verifier.test_excuses import verdict
from verifier.faults import UpdateFault
from verifier.grace import NOT_ASSESSED, Content, content_rule, why_no_grace
from verifier.updates.advance import Step
from verifier.updates.streams import ReleaseState

RULE = content_rule(("*.cvd", "signatures/*.dat"))
FOLLOWS = Step(ReleaseState(), ())
CVD = ("main.cvd",)


@pytest.mark.parametrize(
    ("names", "content"),
    [
        (("main.cvd",), Content.DATA),
        (("signatures/daily.dat", "daily.cvd"), Content.DATA),
        (("main.cvd", "scanner.exe"), Content.CODE),
        (("main.cvd.exe",), Content.CODE),
        (("MAIN.CVD",), Content.CODE),
        (("daily.dat",), Content.CODE),
        ((), Content.CODE),
    ],
)
def test_u25_what_no_setting_calls_data_is_code(names: tuple[str, ...], content: Content) -> None:
    assert RULE.class_of(names) is content
    assert content_rule(()).class_of(names) is Content.CODE


@pytest.mark.parametrize("reason", ["verdict.absent", "verdict.expired"])
def test_what_grace_could_excuse_is_not_assessed_without_a_log(reason: str) -> None:
    assert why_no_grace([(verdict(reason), CVD)], FOLLOWS, RULE) == NOT_ASSESSED


def test_code_and_what_is_not_authentic_or_not_in_sequence_get_none() -> None:
    late = verdict("verdict.absent")
    for files, step, why in (
        ([(late, CVD), (verdict("verdict.expired"), ("scanner.exe",))], FOLLOWS, "is code"),
        ([(late, ())], FOLLOWS, "not known to be the vendor's"),
        ([(late, CVD)], None, "not known to be the vendor's"),
        ([(late, CVD)], Step(None, (UpdateFault("update.incomplete", ""),)), "not known to be the vendor's"),
        ([(verdict("verdict.absent", "trust.stale"), CVD)], FOLLOWS, "more speaks against it"),
    ):
        assert why in (why_no_grace(files, step, RULE) or "")


def test_grace_is_no_question_where_nothing_is_late_or_anything_was_refuted() -> None:
    assert why_no_grace([(verdict(), CVD)], FOLLOWS, RULE) is None
    assert why_no_grace([(verdict("trust.stale"), CVD)], FOLLOWS, RULE) is None
    assert why_no_grace([(verdict("verdict.absent", "signature.invalid"), CVD)], FOLLOWS, RULE) is None


def test_a_pattern_that_means_several_things_is_refused() -> None:
    with pytest.raises(Fault) as raised:
        content_rule(("**/x",))
    assert raised.value.reason == "layout.pattern"
