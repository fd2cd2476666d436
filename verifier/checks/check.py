"""What a check is: a name, the policy field that asks for it, and a leaf that proves one thing or raises why not.

    Attestation   one authenticated statement, or signature, by a party that the requirement names
    Met           what was compared and found as expected: the fact that the verdict then states

A leaf raises a `CheckFault` and knows nothing of outcomes or of other checks. Only the engine catches, so that a
verdict shows every reason and not the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from attestations.faults import Place
from attestations.predicates import Predicate
from attestations.predicates.provenance import Provenance
from attestations.statements import Claim, Subject

from ..authenticated import Authenticated, CertificateSigner
from ..faults import CheckFault
from ..policy.expected import matches, shown
from ..policy.model import Expected


class Attestation(Struct, frozen=True):
    """One authenticated bundle about the artifact.

    `subjects` are those that are the artifact, none for a signature over the artifact itself; `predicate` is what the
    statement says, None where there is no statement.
    """

    authenticated: Authenticated
    subjects: tuple[Subject, ...]
    predicate: Predicate | None

    @property
    def provenance(self) -> Provenance:
        """The predicate, where it is provenance; the engine asks provenance checks of nothing else."""
        if not isinstance(self.predicate, Provenance):
            raise TypeError("no provenance")
        return self.predicate

    def certified(self, claim: str) -> tuple[Claim, ...]:
        """What the signer's certificate says under `claim`, in one claim at most; a key says nothing.

        GitHub's certificates had names of their own for it until Fulcio gave all providers the same ones.
        """
        signer = self.authenticated.signer
        if not isinstance(signer, CertificateSigner):
            return ()
        value, name = signer.claims.get(claim), claim
        if value is None and signer.issuer == GITHUB and claim in OLDER:
            name, before = OLDER[claim]
            older = signer.claims.get(name)
            value = before + older if older else None
        return (Claim(value, f"{CERTIFICATE}{name}"),) if value else ()


CERTIFICATE = "certificate:"
"""In front of a claim that stands in the certificate and not in the statement; no JSON pointer begins so."""

GITHUB = "https://token.actions.githubusercontent.com"

OLDER: Mapping[str, tuple[str, str]] = {
    "source-repository-uri": ("github-workflow-repository", "https://github.com/"),
    "source-repository-ref": ("github-workflow-ref", ""),
    "source-repository-digest": ("github-workflow-sha", ""),
}
"""The older name of a claim, and what stands before its value in the newer one. Spec: Fulcio, docs/oid-info.md"""


class Met(Struct, frozen=True):
    """What a check found as it should be; `pointer` is the claim's place in the statement, None where it has none."""

    detail: str
    expected: str | None = None
    actual: str | None = None
    pointer: str | None = None


class Check(Struct, frozen=True):
    """One check: its name on verdicts, the policy field that asks for it, the leaf that proves it, its specification.

    `run` takes that field's value (never None) and the attestation. A check without a field is made of all provenance
    and takes None.
    """

    name: str
    field: str | None
    run: Callable[[Any, Attestation], Met]
    clause: str


def meets(
    expected: Expected, claim: Claim, *, reason: str, what: str, same: Callable[[Expected, str], bool] = matches
) -> Met:
    """`claim` is what is expected. Raises: CheckFault `reason`."""
    if not same(expected, claim.value):
        raise CheckFault(
            reason,
            f"{what} is not the one expected",
            place=Place(pointer=claim.pointer),
            expected=shown(expected),
            actual=claim.value,
        )
    return Met(f"{what} is {claim.value}", shown(expected), claim.value, claim.pointer)


def all_meet(
    expected: Expected,
    claims: Sequence[Claim],
    *,
    reason: str,
    missing: str,
    what: str,
    same: Callable[[Expected, str], bool] = matches,
) -> Met:
    """Every one of `claims` is what is expected, and there is at least one.

    Raises:
        CheckFault: `reason` where a claim says otherwise, `missing` where none says anything.
    """
    if not claims:
        raise CheckFault(missing, f"the evidence does not say {what}", expected=shown(expected))
    first, *_ = [meets(expected, claim, reason=reason, what=what, same=same) for claim in claims]
    return first
