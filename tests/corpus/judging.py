"""A row as a request to the engine; or, where it has no signature, its statement as if somebody had signed it."""

from __future__ import annotations

import datetime

from attestations.bundles import Evidence
from attestations.digests import STRONG, Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from attestations.measure.digests import DigestMeasurer
from attestations.statements import Statement, Subject
from verifier.authenticated import Authenticated, KeySigner
from verifier.engine import judge
from verifier.gather import Gathered
from verifier.outcome import Outcome, combine
from verifier.policy.model import Exact, PinnedIdentity, PinnedKey, Policy, SignerRule, StatementRequirement
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.statement_requirement import StatementEvaluation
from verifier.verdict import Artifact

from .asking import NOW
from .cases import PASS, Answer, Case, refusal

STAND_IN = Digest("sha256", "0" * 64)
"""The key that is taken to have signed where a row has no signature."""

STAND_IN_RULE = PinnedKey("stand-in", "stand-in", STAND_IN)


def nobody(name: str) -> SignerRule:
    """A row that names nobody expects nobody: no certificate bears an empty name, and empty is no wildcard (T22)."""
    return PinnedIdentity(name, name, Exact(""), "")


def measured(data: bytes) -> Artifact:
    """An artifact whose bytes are there."""
    measurer = DigestMeasurer(STRONG)
    measurer.feed(data)
    return Artifact("artifact", measurer.finish().digests, len(data))


def given(*digests: Digest) -> Artifact:
    """An artifact of which the row has digests alone."""
    return Artifact("artifact", DigestSet(tuple(sorted(digests))), None)


def request(
    case: Case, role: str, artifact: Artifact, policy: Policy, *, now: datetime.datetime = NOW, keys: str = ""
) -> Request:
    """The row as a request: `role` is that of its evidence, `keys` that of its key file."""
    trust = (TrustFile("trusted_root", case.read("trusted_root"), None),) if "trusted_root" in case.files else ()
    return Request(
        artifact=artifact,
        evidence=(EvidenceFile(case.files[role].name, case.read(role)),),
        policy=policy,
        release=None,
        trust=trust,
        keys=(KeyFile(case.files[keys].name, case.read(keys)),) if keys else (),
        now=now,
        limits=DEFAULT_LIMITS,
        version="0",
    )


def verdict_on(asked: Request) -> Answer:
    """What the engine says, and the first reason for it."""
    verdict = judge(asked)
    if verdict.outcome is Outcome.PASSED:
        return PASS
    return refusal(next(each.reason for each in verdict.results if each.outcome is verdict.outcome and each.reason))


def unsigned(asked: Request, item: Evidence | None, statement: Statement) -> Answer:
    """What the policy's one requirement says of a statement that `STAND_IN` is taken to have signed."""
    (requirement,) = asked.policy.requirements
    assert isinstance(requirement, StatementRequirement)
    evidence = item if item is not None else Evidence("statement", "", STAND_IN, None)  # type: ignore[arg-type]  # it has no bundle
    taken = Authenticated(evidence, KeySigner(STAND_IN), (), (), (), statement, None)
    gathered = Gathered((taken,), (), (), frozenset({STAND_IN}), ())
    run = StatementEvaluation(0, requirement, asked.policy, asked, gathered).run()
    if run.met:
        return PASS
    outcome = combine(each.outcome for each in run.results)
    return refusal(next(each.reason for each in run.results if each.outcome is outcome and each.reason))


def about(statement: Statement) -> Artifact:
    """The artifact that a statement's first subject is, for rows that ask about everything else."""
    first: Subject = statement.subjects[0]
    return given(*first.digests.strong)
