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
from .evaluation import Evaluation, Run
from .faults import CheckFault
from .policy.model import SbomRequirement
from .results import finding
from .sboms import Claimed, bind_roots, bind_sbom, claimed, roots_of
from .verdict import CheckResult


class _About(Struct, frozen=True):
    """A named party's SBOM about the artifact, or one that cannot be read and so might be."""

    claimed: Claimed
    groups: tuple[str, ...]


class SbomEvaluation(Evaluation[SbomRequirement], frozen=True):
    """An SBOM requirement, its number on the verdict, and all that it is held against."""

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        about, near = self._sorted()
        if not about:
            return self.unmet(
                near, CheckFault("sbom.absent", "there is no SBOM by anybody whom the policy names"), CLAUSE
            )
        results = [result for item in about for result in self._judge(item)]
        self.concluded(results, (item.groups for item in about))
        used = tuple(item.claimed.authenticated for item in about)
        heard = tuple(item.claimed.source for item in about)
        return Run(self.requirement, tuple(results), used=used, heard=heard)

    def _sorted(self) -> tuple[list[_About], list[CheckResult]]:
        """Named parties' SBOMs about the artifact; and why others are not, the nearest alone."""
        about: list[_About] = []
        elsewhere: list[CheckResult] = []
        strangers: list[CheckResult] = []
        for item in claimed(self.gathered, self.request.limits):
            try:
                groups = groups_of(item.authenticated, self.rules, self.request.now)
            except CheckFault as fault:
                strangers.append(self.refused("signer", fault, item.source, SIGNERS))
                continue
            try:
                bind_sbom(item, self.request.artifact)
                require_format(self.requirement, item.format)
            except CheckFault as fault:
                elsewhere.append(self.refused("sbom", fault, item.source, SUBJECT))
            else:
                about.append(_About(item, groups))
        return about, elsewhere or strangers

    def _judge(self, item: _About) -> Iterator[CheckResult]:
        source, says = item.claimed.source, item.claimed.says
        names = " and ".join(map(signer_name, item.claimed.authenticated.signers))
        yield self.passed("signer", Met(f"the SBOM is signed by {names}", actual=names), source, SIGNERS)
        if isinstance(says, Fault):
            yield self.refused("sbom", says, source, CLAUSE)
            return
        yield self.passed("sbom", Met(f"an SBOM about the artifact, in {says.sbom.format}"), source, SUBJECT)
        yield from self.asked(questions(self.requirement, says, self.request.artifact), source, CLAUSE)
        if not self.requirement.digest and (roots := roots_of(says.sbom)):
            try:
                bind_roots(roots, says.sbom, self.request.artifact)
            except CheckFault as fault:
                yield finding("sbom.of_another", fault.detail, actual=fault.actual, source=source)
