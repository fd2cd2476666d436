"""One requirement of a policy for an SBOM, held against all that was gathered.

    named    SBOMs by parties whom the requirement names, in the format that it asks for
    about    those of them that are tied to the artifact (`verifier.sboms`)      all of them must satisfy (T63)

An SBOM that somebody else wrote, or that is of something else, decides nothing; where there is no other, it says why
the requirement is not met. An SBOM says what is in an artifact and never that it is released: no track rests on it.

Spec: countersign design, sections 3 and 5; decision 0060
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from attestations.faults import Fault

from .checks.check import Met
from .checks.sbom import CLAUSE, questions, require_format
from .checks.signers import CLAUSE as SIGNERS
from .checks.signers import groups_of, signer_name
from .checks.subject import CLAUSE as SUBJECT
from .faults import CheckFault
from .gather import Gathered
from .outcome import Outcome, combine
from .parties import keys_not_given, threshold_of
from .policy.model import Policy, SbomRequirement
from .request import Request
from .requirements import Run
from .results import Source, finding, passed, refused
from .sboms import Claimed, bind_roots, bind_sbom, claimed, roots_of
from .verdict import CheckResult


class _About(Struct, frozen=True):
    """A named party's SBOM about the artifact, or one that cannot be read and so might be."""

    claimed: Claimed
    groups: tuple[str, ...]


class SbomEvaluation(Struct, frozen=True):
    """An SBOM requirement, its number on the verdict, and all that it is held against."""

    number: int
    requirement: SbomRequirement
    policy: Policy
    request: Request
    gathered: Gathered

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        about, elsewhere, strangers = self._sorted()
        if not about:
            return self._unmet(elsewhere or strangers)
        results = [result for item in about for result in self._judge(item)]
        groups = tuple(dict.fromkeys(group for item in about for group in item.groups))
        if combine(result.outcome for result in results) is Outcome.PASSED:
            results.append(threshold_of(self.number, self.requirement, groups))
        used = tuple(item.claimed.authenticated for item in about)
        heard = tuple(item.claimed.source for item in about)
        return Run(self.requirement, tuple(results), used=used, heard=heard)

    def _sorted(self) -> tuple[list[_About], list[CheckResult], list[CheckResult]]:
        """Named parties' SBOMs about the artifact; and why others are not: by named parties, by strangers."""
        rules = [self.policy.signer(name) for name in self.requirement.signers]
        about: list[_About] = []
        elsewhere: list[CheckResult] = []
        strangers: list[CheckResult] = []
        for item in claimed(self.gathered, self.request.limits):
            try:
                groups = groups_of(item.authenticated, rules, self.request.now)
            except CheckFault as fault:
                strangers.append(self._refused("signer", fault, item.source, SIGNERS))
                continue
            try:
                bind_sbom(item, self.request.artifact)
                require_format(self.requirement, item.format)
            except CheckFault as fault:
                elsewhere.append(self._refused("sbom", fault, item.source, SUBJECT))
            else:
                about.append(_About(item, groups))
        return about, elsewhere, strangers

    def _judge(self, item: _About) -> Iterator[CheckResult]:
        source, says = item.claimed.source, item.claimed.says
        names = " and ".join(map(signer_name, item.claimed.authenticated.signers))
        yield self._passed("signer", Met(f"the SBOM is signed by {names}", actual=names), source, SIGNERS)
        if isinstance(says, Fault):
            yield self._refused("sbom", says, source, CLAUSE)
            return
        yield self._passed("sbom", Met(f"an SBOM about the artifact, in {says.sbom.format}"), source, SUBJECT)
        for name, ask in questions(self.requirement, says, self.request.artifact):
            try:
                met = ask()
            except CheckFault as fault:
                yield self._refused(name, fault, source, CLAUSE)
            else:
                if met is not None:
                    yield self._passed(name, met, source, CLAUSE)
        if not self.requirement.digest and (roots := roots_of(says.sbom)):
            try:
                bind_roots(roots, says.sbom, self.request.artifact)
            except CheckFault as fault:
                yield finding("sbom.of_another", fault.detail, actual=fault.actual, source=source)

    def _unmet(self, near: list[CheckResult]) -> Run:
        """Why no SBOM decides: the nearest ones, what did not authenticate, or that there is none."""
        results = [*keys_not_given(self.number, self.requirement, self.policy, self.gathered), *near]
        blamed = self.gathered.refused if not results else ()
        results += [self._refused("evidence", item.fault, item.source, "") for item in blamed]
        if not results:
            absent = CheckFault("sbom.absent", "there is no SBOM by anybody whom the policy names")
            results.append(self._refused("evidence", absent, None, CLAUSE))
        return Run(self.requirement, tuple(results), blamed=blamed)

    def _passed(self, check: str, met: Met, source: Source, clause: str) -> CheckResult:
        return passed(check, met, requirement=self.number, source=source, clause=clause)

    def _refused(self, check: str, fault: Fault, source: Source | None, clause: str) -> CheckResult:
        return refused(check, fault, requirement=self.number, source=source, clause=clause)
