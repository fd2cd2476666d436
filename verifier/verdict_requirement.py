"""One requirement of a policy for a verdict that another verifier reached, held against all that was gathered.

    named    summaries (VSA) by parties whom the requirement names, by the verifier that they are to speak for
    about    those of them whose subject is the artifact, each beside the report that it names
    timely   those of them that are recent enough                             all of them must satisfy (T63)

Where a recent verdict is there, older ones are set aside: they prove what was found then. Where there is none, the old
ones say why the requirement is not met. A verdict is never the vendor's word: no track rests on it.

Spec: SLSA v1.2, Verification Summary Attestation; countersign design, sections 3 and 7; decision 0119
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from attestations.faults import Fault
from attestations.predicates import VerificationSummary, read_predicate
from attestations.predicates.verification_summary import PREDICATE_TYPE
from attestations.statements import Statement

from .authenticated import Authenticated
from .bundle_check import check_report
from .checks.check import Met
from .checks.signers import CLAUSE as SIGNERS
from .checks.signers import groups_of, signer_name
from .checks.subject import CLAUSE as SUBJECT
from .checks.verdict import CLAUSE, check_recent, questions
from .evaluation import Evaluation, Run
from .faults import CheckFault
from .policy.model import VerdictRequirement
from .results import Source, finding
from .summary_checks import check_verifier
from .verdict import CheckResult
from .verdict_check import About, check_subject

_PAST = frozenset(("verdict.expired", "vsa.undated"))
"""Why a verdict says nothing of today."""


class _About(Struct, frozen=True):
    """A named party's verdict about the artifact, or one that cannot be read and so might be; `past` where too old."""

    authenticated: Authenticated
    groups: tuple[str, ...]
    says: VerificationSummary | Fault
    past: Fault | None

    @property
    def source(self) -> Source:
        return Source.of(self.authenticated.evidence)


class VerdictEvaluation(Evaluation[VerdictRequirement], frozen=True):
    """A verdict requirement, its number on the verdict, and all that it is held against."""

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        about, near = self._sorted()
        if not about:
            absent = CheckFault("verdict.absent", "there is no verdict by anybody whom the policy names")
            return self.unmet(near, absent, CLAUSE)
        deciding = [item for item in about if item.past is None] or about
        results = [result for item in deciding for result in self._judge(item)]
        self.concluded(results, (item.groups for item in deciding))
        for item in about:
            if item.past is not None and item not in deciding:
                detail = f"{item.past.detail} [{item.past.reason}]"
                results.append(finding("evidence.set_aside", detail, source=item.source))
        used = tuple(item.authenticated for item in deciding)
        return Run(self.requirement, tuple(results), used=used)

    def _sorted(self) -> tuple[list[_About], list[CheckResult]]:
        """Named parties' verdicts about the artifact; and why others are not, the nearest alone."""
        about: list[_About] = []
        near: list[CheckResult] = []
        strangers: list[CheckResult] = []
        for item in self.gathered.authenticated:
            statement = item.statement
            if statement is None or statement.predicate_type != PREDICATE_TYPE:
                continue
            source = Source.of(item.evidence)
            try:
                groups = groups_of(item, self.rules, self.request.now)
            except CheckFault as fault:
                strangers.append(self.refused("signer", fault, source, SIGNERS))
                continue
            try:
                says, past = self._says(item, statement)
            except CheckFault as fault:
                near.append(self.refused("verdict", fault, source, CLAUSE))
            else:
                about.append(_About(item, groups, says, past))
        return about, near or strangers

    def _says(self, item: Authenticated, statement: Statement) -> tuple[VerificationSummary | Fault, Fault | None]:
        """What a verdict about the artifact says, and why it is past where it is.

        Raises:
            CheckFault: ``subject.*``, ``vsa.verifier``, ``vsa.report``: it is about something else, by somebody else,
                or stands in a bundle that was put together of two.
        """
        artifact = self.request.artifact
        check_subject(statement, About(artifact.digests, artifact.size is not None))
        try:
            summary = read_predicate(statement, source=item.evidence.source)
        except Fault as fault:
            return fault, None
        assert isinstance(summary, VerificationSummary)
        check_verifier(summary, self.requirement.verifier)
        if item.evidence.bundle.report is not None:
            check_report(summary, item.evidence.bundle.report)
        try:
            check_recent(self.requirement, summary, self.request.now)
        except CheckFault as fault:
            return summary, fault if fault.reason in _PAST else None
        return summary, None

    def _judge(self, item: _About) -> Iterator[CheckResult]:
        names = " and ".join(map(signer_name, item.authenticated.signers))
        yield self.passed("signer", Met(f"the verdict is signed by {names}", actual=names), item.source, SIGNERS)
        if isinstance(item.says, Fault):
            yield self.refused("verdict", item.says, item.source, CLAUSE)
            return
        by = Met(f"a verdict on the artifact by {self.requirement.verifier}", pointer="/subject")
        yield self.passed("verdict", by, item.source, SUBJECT)
        yield from self.asked(questions(self.requirement, item.says, self.request.now), item.source, CLAUSE)
