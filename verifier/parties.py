"""What every requirement asks of the parties that it names, whatever evidence it is about."""

from __future__ import annotations

from collections.abc import Iterator

from .checks.signers import CLAUSE as SIGNERS
from .checks.threshold import CLAUSE as THRESHOLD
from .checks.threshold import check_threshold
from .faults import CheckFault, TrustFault
from .gather import Gathered
from .policy.model import PinnedKey, Policy, SignerRequirement
from .results import passed, refused
from .verdict import CheckResult


def keys_not_given(
    number: int, requirement: SignerRequirement, policy: Policy, gathered: Gathered
) -> Iterator[CheckResult]:
    """A refusal for each key of the requirement's signers that the policy pins and nobody gave."""
    for name in requirement.signers:
        rule = policy.signer(name)
        if isinstance(rule, PinnedKey) and rule.key not in gathered.keys:
            detail = "a key that the policy pins was not given"
            fault = TrustFault("trust.key_not_given", detail, expected=str(rule.key))
            yield refused("keys", fault, requirement=number, clause=SIGNERS)


def threshold_of(number: int, requirement: SignerRequirement, groups: tuple[str, ...]) -> CheckResult:
    """Whether as many distinct groups spoke as the requirement asks for."""
    try:
        met = check_threshold(requirement.threshold, groups)
    except CheckFault as fault:
        return refused("threshold", fault, requirement=number, clause=THRESHOLD)
    return passed("threshold", met, requirement=number, clause=THRESHOLD)
