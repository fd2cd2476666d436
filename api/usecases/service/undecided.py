"""The verdict where there is no judgement: ERROR and the reason, about the artifact and under the terms as accepted."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from attestations.digests import Digest
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from verifier.engine import raised
from verifier.levels import LEVELS, NOT_ASSESSED
from verifier.outcome import Outcome
from verifier.policy.parse import parse_policy
from verifier.report import render_report
from verifier.verdict import CheckResult, PolicyReference, TrustReference, Verdict

from ...judges.judgements import Judgement
from .inputs import artifact_of, dated_of, limits_of
from .terms import Terms

if TYPE_CHECKING:
    from ...store.policies import StoredPolicy


def undecided(terms: Terms, policy: StoredPolicy, fault: Fault) -> Judgement:
    """The judgement that there can be none, because of `fault`. The same terms and reason give the same report."""
    verdict = Verdict(
        outcome=Outcome.ERROR,
        artifact=artifact_of(terms),
        results=(CheckResult("request", Outcome.ERROR, fault.reason, fault.detail, fault.expected, fault.actual),),
        tracks=(),
        level=LEVELS[0],
        policy=_policy(policy),
        trust=tuple(TrustReference(file.name, Digest("sha256", file.sha256), dated_of(file)) for file in terms.trust),
        now=datetime.datetime.fromisoformat(terms.now),
        not_assessed=NOT_ASSESSED,
        raised_limits=raised(limits_of(terms)),
        version=terms.version,
    )
    return Judgement(render_report(verdict), verdict.outcome.value, verdict.level, None, [])


def _policy(stored: StoredPolicy) -> PolicyReference:
    """What the policy calls itself; where it no longer reads, what it is kept under."""
    digest = Digest("sha256", stored.digest)
    try:
        policy = parse_policy(stored.content.encode(), "policy", DEFAULT_LIMITS)
    except Fault:
        return PolicyReference(stored.id, stored.version, digest)
    return PolicyReference(policy.id, policy.version, digest)
