"""What a gate does about what was found, and why.

    PASSED      allow      every file passed, and the set follows from what was accepted
    FAILED      block      always: no grace and no waiver excuses it
    INCOMPLETE  hold       something is missing
    ERROR       hold       it could not be decided

Spec: countersign design, section 3
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from attestations.faults import Fault
from verifier.outcome import Outcome, combine
from verifier.reasons import outcome_of
from verifier.updates.advance import Step
from verifier.verdict import Verdict


class Action(Enum):
    """What is done with an update."""

    ALLOW = "allow"
    BLOCK = "block"
    HOLD = "hold"


ACTIONS = {
    Outcome.PASSED: Action.ALLOW,
    Outcome.FAILED: Action.BLOCK,
    Outcome.INCOMPLETE: Action.HOLD,
    Outcome.ERROR: Action.HOLD,
}


class Decision(Struct, frozen=True):
    """About files that are to be installed together. `reasons` are codes, each once, none where it is allowed.

    `faults` speak against the set as a whole; those against a file stand on its verdict.
    """

    action: Action
    outcome: Outcome
    reasons: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    faults: tuple[Fault, ...]

    @property
    def exit_code(self) -> int:
        """0 for allow alone."""
        return self.outcome.exit_code


def decide(verdicts: tuple[Verdict, ...], step: Step | None) -> Decision:
    """The decision on files with these verdicts, whose set leads to `step`; None where that could not be asked.

    Over nothing, and over a step that nobody made, nothing is allowed.
    """
    faults = step.faults if step is not None else ()
    outcomes = [verdict.outcome for verdict in verdicts] + [outcome_of(fault.reason) for fault in faults]
    outcome = combine(outcomes) if verdicts else Outcome.INCOMPLETE
    if outcome is Outcome.PASSED and (step is None or step.state is None):
        outcome = Outcome.ERROR
    reasons = tuple(dict.fromkeys([*_reasons(verdicts), *(fault.reason for fault in faults)]))
    return Decision(ACTIONS[outcome], outcome, reasons, verdicts, faults)


def _reasons(verdicts: Iterable[Verdict]) -> Iterable[str]:
    return (result.reason for verdict in verdicts for result in verdict.results if result.reason and not result.finding)
