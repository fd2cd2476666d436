"""Does a verdict that somebody else reached say what is expected?

Each leaf takes the requirement and the summary, and knows nothing of who signed it. They are the steps of the
specification's own list, as `verifier.summary_checks` makes them for a reader who asks by hand.

Spec: SLSA v1.2, Verification Summary Attestation, "How to verify"; countersign design, sections 3 and 7
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from attestations.predicates import VerificationSummary

from ..faults import CheckFault
from ..policy.model import VerdictRequirement
from ..summary_checks import check_age, check_levels, check_policy, check_result
from .check import Met, meets

CLAUSE = "SLSA VSA, How to verify"


def check_recent(requirement: VerdictRequirement, summary: VerificationSummary, now: datetime.datetime) -> Met:
    """The verdict is not older than the policy takes, and not of a time to come.

    Raises:
        CheckFault: ``verdict.expired``, ``vsa.undated``, ``vsa.future``.
    """
    try:
        return check_age(summary, requirement.max_age, now)
    except CheckFault as fault:
        if fault.reason != "vsa.old":
            raise
        detail = "the verdict proves what was found then, and the policy asks for a newer one"
        raise CheckFault(
            "verdict.expired", detail, place=fault.place, expected=fault.expected, actual=fault.actual
        ) from None


def check_resource(requirement: VerdictRequirement, summary: VerificationSummary) -> Met:
    """The verdict is about what the policy calls the artifact. Raises: CheckFault ``vsa.resource``."""
    return meets(requirement.resource, summary.resource, reason="vsa.resource", what="the resource")


def questions(
    requirement: VerdictRequirement, summary: VerificationSummary, now: datetime.datetime
) -> Iterator[tuple[str, Callable[[], Met]]]:
    """What is asked of a verdict, by the names that it has on ours."""
    yield "verdict.resource", lambda: check_resource(requirement, summary)
    yield "verdict.result", lambda: check_result(summary)
    yield "verdict.levels", lambda: check_levels([level.value for level in summary.levels], requirement.levels)
    wanted = requirement.policy_digest
    if wanted is not None:
        yield "verdict.policy", lambda: check_policy(summary, wanted)
    yield "verdict.age", lambda: check_recent(requirement, summary, now)
