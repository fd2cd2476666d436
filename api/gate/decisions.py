"""What a gate does about what was found, and why.

    PASSED      allow      every file passed, and the set follows from what was accepted
    FAILED      block      always: no grace and no waiver excuses it
    INCOMPLETE  hold       something is missing
    ERROR       hold       it could not be decided

What is held may be let through by waivers (`.waiving`): the action changes, and the outcome does not.

Spec: countersign design, sections 3 and 7
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault
from verifier.outcome import Outcome, combine
from verifier.reasons import outcome_of
from verifier.updates.advance import Step
from verifier.verdict import Verdict

if TYPE_CHECKING:
    from verifier.waivers import Waiver


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
    """About files that are to be installed together. `reasons` are codes, each once, none where all passed.

    `faults` speak against the set as a whole; those against a file stand on its verdict. `waivers` are those that
    excuse all of it, where it is allowed by them; `notes` are for whoever asks why it is held. `asked` names the files.
    `observed` says that the gate looks on: it tells what it would do, and lets everything through. `findings` change
    nothing and are to be known. `made` are the files that differences among them make (SHA-256 to SHA-256, hex).
    `products` says what each policy guards, by its digest.
    """

    action: Action
    outcome: Outcome
    reasons: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    faults: tuple[Fault, ...]
    waivers: tuple[Waiver, ...] = ()
    notes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    observed: bool = False
    findings: tuple[Fault, ...] = ()
    made: Mapping[str, str] = {}
    products: Mapping[Digest, str] = {}

    @property
    def lets_through(self) -> bool:
        """Whether the files may be installed: allowed, waived or not, or only observed. Nothing else says so."""
        return self.action is Action.ALLOW or self.observed

    @property
    def exit_code(self) -> int:
        """0 where they may be installed; else the outcome's, which is never 0 then."""
        return 0 if self.lets_through else self.outcome.exit_code

    @property
    def digests(self) -> tuple[str, ...]:
        """The files by SHA-256 (hex), each once; without those that could not be measured."""
        found = (verdict.artifact.digests.get("sha256") for verdict in self.verdicts)
        return tuple(dict.fromkeys(digest.hex for digest in found if digest is not None))

    @property
    def installed(self) -> tuple[str, ...]:
        """The files that will be there, by SHA-256 (hex), each once: in the place of a difference what it makes."""
        return tuple(dict.fromkeys(self.made.get(digest, digest) for digest in self.digests))


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


def undecided(fault: Fault) -> Decision:
    """The decision where nothing could be judged: hold, whatever the reason is worth elsewhere."""
    return Decision(Action.HOLD, Outcome.ERROR, (fault.reason,), (), (fault,))


def _reasons(verdicts: Iterable[Verdict]) -> Iterable[str]:
    return (result.reason for verdict in verdicts for result in verdict.results if result.reason and not result.finding)
