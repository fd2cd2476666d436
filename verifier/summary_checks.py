"""What a verification summary says, held against what its reader asks for: one function a step, each fact or refusal.

Spec: SLSA v1.2, Verification Summary Attestation, "How to verify", steps 4 to 7, and the optional ones
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from attestations.digests import Digest
from attestations.faults import Place
from attestations.predicates import VerificationSummary

from .checks.check import Met
from .faults import CheckFault
from .levels import STATED
from .policy.plain import format_age, format_time
from .summary import judged_under

SKEW = datetime.timedelta(seconds=60)
"""How far ahead of ours a verifier's clock may be."""


def check_verifier(summary: VerificationSummary, expected: str) -> Met:
    """The summary is by the verifier that the key speaks for. Raises: CheckFault ``vsa.verifier``."""
    return _same(summary.verifier.value, expected, "vsa.verifier", summary.verifier.pointer, "verifier")


def check_resource(summary: VerificationSummary, expected: str) -> Met:
    """The summary is about what the reader calls the artifact. Raises: CheckFault ``vsa.resource``."""
    return _same(summary.resource.value, expected, "vsa.resource", summary.resource.pointer, "resource")


def _same(actual: str, expected: str, reason: str, pointer: str, what: str) -> Met:
    if actual != expected:
        detail = f"the summary names another {what}"
        raise CheckFault(reason, detail, place=Place(pointer=pointer), expected=expected, actual=actual)
    return Met(f"{what} {actual}", expected, actual, pointer)


def check_result(summary: VerificationSummary) -> Met:
    """The verifier found the artifact to pass. Raises: CheckFault ``vsa.failed``."""
    return _same(summary.result.value, "PASSED", "vsa.failed", summary.result.pointer, "result")


def check_levels(stated: Collection[str], wanted: Collection[str]) -> Met:
    """Each wanted level is stated, or a higher one of its track; a word without a number only by itself.

    Raises:
        CheckFault: ``vsa.level``.
    """
    for level in wanted:
        if not any(_reaches(each, level) for each in stated):
            raise CheckFault(
                "vsa.level",
                "the summary does not state the level",
                place=Place(pointer="/predicate/verifiedLevels"),
                expected=level,
                actual=", ".join(stated) or "no level",
            )
    detail = f"levels {', '.join(stated)}" if stated else "no level"
    return Met(detail, ", ".join(wanted) or None, ", ".join(stated), "/predicate/verifiedLevels")


def _reaches(stated: str, wanted: str) -> bool:
    has, asked = STATED.match(stated), STATED.match(wanted)
    if has is None or asked is None:
        return stated == wanted
    return has["track"] == asked["track"] and int(has["number"]) >= int(asked["number"])


def check_policy(summary: VerificationSummary, expected: Digest) -> Met:
    """The verifier judged under the policy whose digest is `expected`.

    That is the digest that the summary gives. A summary of ours gives one over policy and trust roots, with the digests
    of both beside it: there `expected` may be the policy's own, and the two beside must come to the one given.

    Raises:
        CheckFault: ``vsa.policy``, ``vsa.policy_missing``.
    """
    pointer = "/predicate/policy/digest"
    stated = summary.policy.digests.get(expected.algorithm) if summary.policy is not None else None
    if stated is None:
        raise CheckFault(
            "vsa.policy_missing", "the summary does not say by digest under which policy", expected=str(expected)
        )
    if stated == expected or (_own(summary) == str(expected) and _covers(summary, stated)):
        return Met(f"policy {expected}", str(expected), str(stated), pointer)
    raise CheckFault(
        "vsa.policy",
        "the verifier judged under another policy",
        place=Place(pointer=pointer),
        expected=str(expected),
        actual=f"{stated}, of policy {_own(summary)}" if _own(summary) else str(stated),
    )


def _own(summary: VerificationSummary) -> str | None:
    value = summary.policy.annotations.get("policy") if summary.policy is not None else None
    return value if isinstance(value, str) else None


def _covers(summary: VerificationSummary, stated: Digest) -> bool:
    """Whether the digests beside are those that the stated digest was made of."""
    policy, trust = (
        (summary.policy.annotations.get(name) for name in ("policy", "trust")) if summary.policy else ("", "")
    )
    return isinstance(policy, str) and isinstance(trust, str) and stated == judged_under(policy, trust)


def check_age(summary: VerificationSummary, max_age: datetime.timedelta | None, now: datetime.datetime) -> Met:
    """The verifier looked at most `max_age` before `now`, and not after it.

    Raises:
        CheckFault: ``vsa.undated`` (only where an age is asked for), ``vsa.future``, ``vsa.old``.
    """
    time, pointer = summary.time, "/predicate/timeVerified"
    if time is None:
        if max_age is not None:
            raise CheckFault(
                "vsa.undated", "the summary does not say when", expected=f"at most {format_age(max_age)} ago"
            )
        return Met("the summary does not say when")
    stated, place = format_time(time), Place(pointer=pointer)
    if time - now > SKEW:
        detail = "the summary is of a time to come"
        raise CheckFault("vsa.future", detail, place=place, expected=f"at most {format_time(now)}", actual=stated)
    if max_age is not None and now - time > max_age:
        detail = "the summary is older than asked for"
        raise CheckFault("vsa.old", detail, place=place, expected=f"at most {format_age(max_age)} ago", actual=stated)
    return Met(f"verified at {stated}", actual=stated, pointer=pointer)
