"""One requirement of a policy for a signature or a statement, held against all that was gathered.

    named       authenticated evidence by a party that the requirement names, of the kind that it asks for
    about       the named evidence whose subject is the artifact                        all of it must satisfy (T63)

Where there is something `about` the artifact, that and nothing else decides. Where there is not, the requirement is not
met, and what stands nearest says why: a named party's statement about another artifact; a stranger's statement;
evidence that did not authenticate; and at last that there is none. Whatever does not authenticate confers nothing, and
refutes only here, where nothing better is left.

Spec: countersign design, section 3
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from attestations.digests import DigestSet
from attestations.faults import Fault, Place
from attestations.predicates import PROVENANCE_TYPES, Provenance, read_predicate
from attestations.statements import Subject

from .authenticated import Authenticated
from .checks.check import Attestation, Met
from .checks.signers import CLAUSE as SIGNERS
from .checks.signers import groups_of, signer_name
from .checks.statements import CHECKS
from .checks.subject import CLAUSE as SUBJECT
from .checks.subject import bind_signed, bind_subjects, subject_met
from .evaluation import Evaluation, Run
from .faults import CheckFault
from .policy.expected import matches, shown
from .policy.model import (
    ProvenanceRequirement,
    SignedRequirement,
    StatementRequirement,
)
from .results import Source
from .verdict import CheckResult


class _Candidate(Struct, frozen=True):
    """Authenticated evidence of the kind that is asked for: for whom it speaks, and which subjects are the artifact."""

    authenticated: Authenticated
    groups: tuple[str, ...] | Fault
    subjects: tuple[Subject, ...] | Fault

    @property
    def source(self) -> Source:
        return Source.of(self.authenticated.evidence)


class StatementEvaluation(Evaluation[StatementRequirement], frozen=True):
    """A requirement for a statement, or a signature, its number on the verdict, and all that it is held against."""

    def run(self) -> Run:
        """Every reason why the requirement is met, or is not."""
        candidates = [self._candidate(item) for item in self.gathered.authenticated if self._is_of_kind(item)]
        about = [item for item in candidates if isinstance(item.groups, tuple) and isinstance(item.subjects, tuple)]
        if not about:
            return self._unmet(candidates)
        results = [result for item in about for result in self._judge(item)]
        groups = self.concluded(results, (item.groups for item in about if isinstance(item.groups, tuple)))
        return Run(self.requirement, tuple(results), groups, tuple(item.authenticated for item in about))

    def _is_of_kind(self, item: Authenticated) -> bool:
        """By its type alone; what its predicate says is not read yet."""
        wanted = self.requirement.predicate_type
        if item.statement is None:
            return isinstance(self.requirement, SignedRequirement) and wanted is None
        if wanted is not None:
            return matches(wanted, item.statement.predicate_type)
        return isinstance(self.requirement, SignedRequirement) or item.statement.predicate_type in PROVENANCE_TYPES

    def _candidate(self, item: Authenticated) -> _Candidate:
        groups: tuple[str, ...] | Fault
        subjects: tuple[Subject, ...] | Fault
        try:
            groups = groups_of(item, self.rules, self.request.now)
        except CheckFault as fault:
            groups = fault
        try:
            subjects = self._subjects(item)
        except CheckFault as fault:
            subjects = fault
        return _Candidate(item, groups, subjects)

    def _subjects(self, item: Authenticated) -> tuple[Subject, ...]:
        artifact = self.request.artifact
        measured = artifact.size is not None
        if item.statement is not None:
            return bind_subjects(item.statement, artifact.digests, measured=measured)
        bind_signed(item.artifact or DigestSet(()), artifact.digests, measured=measured)
        return ()

    def _judge(self, item: _Candidate) -> Iterator[CheckResult]:
        """All checks of one piece of evidence by a named party about the artifact."""
        names = " and ".join(map(signer_name, item.authenticated.signers))
        yield self.passed("signer", Met(f"signed by {names}", actual=names), item.source, SIGNERS)
        yield self.passed("subject", subject_met(item.authenticated), item.source, SUBJECT)
        try:
            attestation = self._read(item)
        except Fault as fault:
            yield self.refused("predicate", fault, item.source, "")
            return
        for check in CHECKS:
            wanted = getattr(self.requirement, check.field, None) if check.field is not None else None
            if wanted is None and (check.field is not None or isinstance(self.requirement, SignedRequirement)):
                continue
            try:
                met = check.run(wanted, attestation)
            except CheckFault as fault:
                yield self.refused(check.name, fault, item.source, check.clause)
            else:
                yield self.passed(check.name, met, item.source, check.clause)

    def _read(self, item: _Candidate) -> Attestation:
        statement = item.authenticated.statement
        # Where only a signature is asked for, the predicate must be there as its type wants (T05) and stays unread;
        # one that names a package is read where the package is asked for.
        unread = statement is not None and statement.predicate is not None
        unread = unread and isinstance(self.requirement, SignedRequirement) and self.requirement.package is None
        predicate = None if statement is None or unread else read_predicate(statement, source=item.source.name)
        if isinstance(self.requirement, ProvenanceRequirement) and not isinstance(predicate, Provenance):
            raise CheckFault(
                "predicate_type.not_provenance",
                "the statement is not provenance of a type that is read",
                place=Place(pointer="/predicateType"),
                expected=", ".join(sorted(PROVENANCE_TYPES)),
                actual=statement.predicate_type if statement is not None else None,
            )
        subjects = item.subjects if isinstance(item.subjects, tuple) else ()
        return Attestation(item.authenticated, subjects, predicate)

    def _unmet(self, candidates: list[_Candidate]) -> Run:
        """Why nothing decides: what stands nearest to what is asked for, or that there is nothing."""
        near = (
            [item for item in candidates if isinstance(item.groups, tuple)]
            or [item for item in candidates if isinstance(item.subjects, tuple)]
            or candidates
        )
        results = [
            *self.keys_not_given(),
            *(result for item in near for result in self._reasons(item)),
        ]
        if near:
            return Run(self.requirement, tuple(results))
        blamed = tuple(item for item in self.gathered.refused if not self._follows(item.fault, results))
        results += [self.refused("evidence", item.fault, item.source, "") for item in blamed]
        if not self.gathered.refused:
            results.append(self._absent())
        return Run(self.requirement, tuple(results), blamed=self.gathered.refused)

    def _follows(self, fault: Fault, results: list[CheckResult]) -> bool:
        """Whether `fault` only repeats what the verdict says already: that a root or a key was not to be had."""
        no_root = fault.reason == "trust.missing" and any(result.reason for result in self.gathered.results)
        no_key = fault.reason == "signature.unknown_key" and bool(results)
        return no_root or no_key

    def _reasons(self, item: _Candidate) -> Iterator[CheckResult]:
        if isinstance(item.groups, Fault):
            yield self.refused("signer", item.groups, item.source, SIGNERS)
        if isinstance(item.subjects, Fault):
            yield self.refused("subject", item.subjects, item.source, SUBJECT)

    def _absent(self) -> CheckResult:
        wanted = self.requirement.predicate_type
        if self.gathered.authenticated:
            fault = CheckFault(
                "predicate_type.absent",
                "no authenticated evidence is of the kind that is asked for",
                expected=shown(wanted) if wanted is not None else "provenance",
                actual=", ".join(sorted({_kind(item) for item in self.gathered.authenticated})),
            )
        else:
            fault = CheckFault("evidence.absent", "there is no evidence about this artifact")
        return self.refused("evidence", fault, None, "")


def _kind(item: Authenticated) -> str:
    return item.statement.predicate_type if item.statement is not None else "a signature over an artifact"
