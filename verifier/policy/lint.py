"""What a sound policy still leaves open: each finding is something that its author may have meant, and may not.

A policy that could pass what it must not is refused (`sound`). What stands here is allowed and worth a look.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from attestations.faults import Place
from attestations.strict_json import escape_pointer

from ..tracks import COMPLETE
from .expected import leaves_open, speaks_of_release
from .model import (
    LevelRequirement,
    Pattern,
    PinnedIdentity,
    PinnedKey,
    Policy,
    ProvenanceRequirement,
    VerdictRequirement,
)


class Finding(Struct, frozen=True):
    """One thing that a policy leaves open: a reason of kind finding, the place of the key, and what is there."""

    reason: str
    place: Place
    detail: str


def lint(policy: Policy) -> tuple[Finding, ...]:
    """All that `policy` leaves open, in the order of its file; none for a policy that leaves nothing open."""
    return (*_whole(policy), *_signers(policy), *_requirements(policy))


def _whole(policy: Policy) -> Iterator[Finding]:
    if policy.trust.roots and policy.trust.max_age is None:
        yield _finding("lint.age_unlimited", "/trust/max_age", "no limit to how old a trust root may be")
    for name in ("logs", "scts"):
        if getattr(policy.trust, name) == 0:
            yield _finding("lint.log_waived", f"/trust/{name}", f"{name} = 0")
    if not speaks_of_release(policy):
        yield _finding("lint.release_free", "", "nothing in the policy is about {version}")


def _signers(policy: Policy) -> Iterator[Finding]:
    named = {
        name
        for requirement in policy.requirements
        if not isinstance(requirement, LevelRequirement)
        for name in requirement.signers
    }
    for signer in policy.signers:
        pointer = f"/signers/{escape_pointer(signer.name)}"
        if signer.name not in named:
            yield _finding("lint.signer_unused", pointer, f"no requirement names {signer.name!r}")
        if isinstance(signer, PinnedIdentity) and isinstance(signer.identity, Pattern):
            yield _finding("lint.identity_pattern", f"{pointer}/identity", signer.identity.text)
        if isinstance(signer, PinnedKey) and (signer.valid is None or signer.valid.end is None):
            yield _finding("lint.key_forever", f"{pointer}/valid", f"{signer.key} has no end")


def _requirements(policy: Policy) -> Iterator[Finding]:
    for number, requirement in enumerate(policy.requirements):
        pointer = f"/require/{number}"
        if isinstance(requirement, VerdictRequirement) and (left := _left_open(requirement)):
            yield _finding("lint.verdict_open", pointer, f"a verdict is taken whatever its {', '.join(left)}")
        if not isinstance(requirement, ProvenanceRequirement):
            continue
        missing = [name for name in COMPLETE if leaves_open(getattr(requirement, name))]
        if "builder" in missing:
            yield _finding("lint.builder_open", f"{pointer}/builder", "the signers may claim any builder")
        if missing:
            yield _finding("lint.build_incomplete", pointer, f"nothing is expected of {', '.join(missing)}")


def _left_open(requirement: VerdictRequirement) -> list[str]:
    asked = {"age": requirement.max_age, "levels": requirement.levels, "policy": requirement.policy_digest}
    return [name for name, value in asked.items() if not value]


def _finding(reason: str, pointer: str, detail: str) -> Finding:
    return Finding(reason, Place(pointer=pointer), detail)
