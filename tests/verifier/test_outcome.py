"""How several outcomes become one: every combination of up to four, against the rule in words."""

from __future__ import annotations

import itertools

from verifier.outcome import Outcome, combine

WORST_FIRST = (Outcome.FAILED, Outcome.ERROR, Outcome.INCOMPLETE, Outcome.PASSED)
COMBINATIONS = [each for size in range(1, 5) for each in itertools.product(Outcome, repeat=size)]


def test_nothing_to_check_is_never_passed() -> None:
    assert combine([]) is Outcome.INCOMPLETE


def test_failed_before_error_before_incomplete_and_passed_over_all() -> None:
    for outcomes in COMBINATIONS:
        assert combine(outcomes) is next(worst for worst in WORST_FIRST if worst in outcomes)


def test_one_outcome_more_never_raises_the_whole() -> None:
    for outcomes, more in itertools.product(COMBINATIONS, Outcome):
        assert WORST_FIRST.index(combine([*outcomes, more])) <= WORST_FIRST.index(combine(outcomes))


def test_each_outcome_has_its_exit_code() -> None:
    assert [outcome.exit_code for outcome in WORST_FIRST] == [1, 4, 3, 0]
