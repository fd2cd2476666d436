"""What it is to hold one requirement of a policy against all that was gathered, whatever evidence it asks for.

    named    evidence by parties whom the requirement names
    about    those of it that are about the artifact         all of it decides, and nothing else (T63)
    near     where nothing is about the artifact: why what stands nearest is not

Each kind of requirement has an evaluation of its own, which says what is about the artifact and what is asked of it;
what they have in common stands here.

Spec: countersign design, section 3
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from attestations.faults import Fault

from .authenticated import Authenticated
from .checks.check import Met
from .checks.signers import CLAUSE as SIGNERS
from .checks.threshold import CLAUSE as THRESHOLD
from .checks.threshold import check_threshold
from .faults import CheckFault, TrustFault
from .gather import Gathered, Refused
from .outcome import Outcome, combine
from .policy.model import PinnedKey, Policy, SignerRequirement, SignerRule
from .request import Request
from .results import Source, passed, refused
from .verdict import CheckResult

Asked = TypeVar("Asked", bound=SignerRequirement)

CURRENT = "countersign design, section 4 (Current)"


class Run(Struct, frozen=True):
    """What a requirement came to. `groups` spoke for the artifact and were right; `used` is the evidence that decided.

    `blamed` is evidence that did not authenticate and whose reasons stand among the results, nothing better being left;
    `heard` is where further evidence stood that the results are about.
    """

    requirement: SignerRequirement
    results: tuple[CheckResult, ...]
    groups: tuple[str, ...] = ()
    used: tuple[Authenticated, ...] = ()
    blamed: tuple[Refused, ...] = ()
    heard: tuple[Source, ...] = ()

    @property
    def met(self) -> bool:
        """Whether every result passed, and there is one."""
        return all_passed(self.results)


class Evaluation(Struct, Generic[Asked], frozen=True):
    """A requirement, its number on the verdict, and all that it is held against."""

    number: int
    requirement: Asked
    policy: Policy
    request: Request
    gathered: Gathered

    @property
    def rules(self) -> list[SignerRule]:
        """The parties whom the requirement names."""
        return [self.policy.signer(name) for name in self.requirement.signers]

    def passed(self, check: str, met: Met, source: Source | None, clause: str) -> CheckResult:
        """The line of a check that held."""
        return passed(check, met, requirement=self.number, source=source, clause=clause)

    def refused(self, check: str, fault: Fault, source: Source | None, clause: str) -> CheckResult:
        """The line of a check that did not hold."""
        return refused(check, fault, requirement=self.number, source=source, clause=clause)

    def asked(
        self, questions: Iterable[tuple[str, Callable[[], Met | None]]], source: Source, clause: str
    ) -> Iterator[CheckResult]:
        """The line of each question, by its name on the verdict; one that asks nothing has none."""
        for name, ask in questions:
            try:
                met = ask()
            except CheckFault as fault:
                yield self.refused(name, fault, source, clause)
            else:
                if met is not None:
                    yield self.passed(name, met, source, clause)

    def followed(self, check: str, step: tuple[Met | None, tuple[Fault, ...]], source: Source) -> Iterator[CheckResult]:
        """The lines of whether a release follows from the last one that was accepted; every reason why not."""
        met, faults = step
        for fault in faults:
            yield self.refused(check, fault, source, CURRENT)
        if met is not None:
            yield self.passed(check, met, source, CURRENT)

    def concluded(self, results: list[CheckResult], groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        """The groups that spoke, each once; where all `results` passed, whether they are enough is added to those."""
        spoken = tuple(dict.fromkeys(group for each in groups for group in each))
        if all_passed(results):
            results.append(self.threshold(spoken))
        return spoken

    def threshold(self, groups: tuple[str, ...]) -> CheckResult:
        """Whether as many distinct groups spoke as the requirement asks for."""
        try:
            met = check_threshold(self.requirement.threshold, groups)
        except CheckFault as fault:
            return self.refused("threshold", fault, None, THRESHOLD)
        return self.passed("threshold", met, None, THRESHOLD)

    def keys_not_given(self) -> Iterator[CheckResult]:
        """A refusal for each key of the requirement's signers that the policy pins and nobody gave."""
        for rule in self.rules:
            if isinstance(rule, PinnedKey) and rule.key not in self.gathered.keys:
                detail = "a key that the policy pins was not given"
                fault = TrustFault("trust.key_not_given", detail, expected=str(rule.key))
                yield self.refused("keys", fault, None, SIGNERS)

    def unmet(self, near: Iterable[CheckResult], absent: CheckFault, clause: str) -> Run:
        """Why nothing decides: what stands `near`, what did not authenticate, or that there is nothing (`absent`)."""
        results = [*self.keys_not_given(), *near]
        blamed = self.gathered.refused if not results else ()
        results += [self.refused("evidence", item.fault, item.source, "") for item in blamed]
        if not results:
            results.append(self.refused("evidence", absent, None, clause))
        return Run(self.requirement, tuple(results), blamed=blamed)


def all_passed(results: Iterable[CheckResult]) -> bool:
    """Whether every result passed, and there is one."""
    return combine(result.outcome for result in results) is Outcome.PASSED
