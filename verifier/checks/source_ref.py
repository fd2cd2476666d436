"""Was it built from the expected ref, tag or branch?

    refs/tags/v7.1.0     the ref; its tag is v7.1.0
    refs/heads/main      the ref; its branch is main

A build from a branch was not built from a tag: where the source's ref is known, its having no tag refutes a tag.

Spec: SLSA v1.2, "Verifying artifacts", step 2; git-check-ref-format(1)
"""

from __future__ import annotations

from attestations.faults import Place
from attestations.predicates.provenance import BRANCH, TAG
from attestations.statements import Claim

from ..faults import CheckFault
from ..policy.expected import shown
from ..policy.model import Expected
from ..versions import meets_version
from .check import Attestation, Check, Met, all_meet


def check_ref(expected: Expected, attestation: Attestation) -> Met:
    """All claims of the ref are the one expected. Raises: CheckFault ``source.ref``, ``source.ref_missing``."""
    return all_meet(expected, _refs(attestation), reason="source.ref", missing="source.ref_missing", what="the ref")


def check_tag(expected: Expected, attestation: Attestation) -> Met:
    """All claims of the tag are the one expected. Raises: CheckFault ``source.tag``, ``source.tag_missing``."""
    return _named(expected, attestation, TAG, "source.tag", "source.tag_missing")


def check_branch(expected: Expected, attestation: Attestation) -> Met:
    """All claims of the branch are the one expected.

    Raises:
        CheckFault: ``source.branch``; ``source.branch_missing``.
    """
    return _named(expected, attestation, BRANCH, "source.branch", "source.branch_missing")


def check_versioned_tag(expected: str, attestation: Attestation) -> Met:
    """All claims of the tag are of the version, or of a more precise one.

    Raises:
        CheckFault: ``source.versioned_tag``, ``source.tag_missing``.
    """
    claims = _claims(attestation, TAG)
    _require(claims, attestation, TAG, expected, "source.versioned_tag", "source.tag_missing")
    for claim in claims:
        if not meets_version(expected, claim.value):
            place = Place(pointer=claim.pointer)
            raise CheckFault(
                "source.versioned_tag",
                "the tag is of another version",
                place=place,
                expected=f"{expected}, or a more precise version of it",
                actual=claim.value,
            )
    return Met(f"the tag is {claims[0].value}", expected, claims[0].value, claims[0].pointer)


def _refs(attestation: Attestation) -> tuple[Claim, ...]:
    stated = attestation.provenance.source.ref
    return (*stated, *attestation.certified("source-repository-ref")) if stated else ()


def _claims(attestation: Attestation, kind: str) -> tuple[Claim, ...]:
    """The names of one kind of ref: those of the statement, and where it has any, the certificate's."""
    source = attestation.provenance.source
    stated = source.tag if kind == TAG else source.branch
    certified = tuple(
        Claim(claim.value.removeprefix(kind), claim.pointer)
        for claim in attestation.certified("source-repository-ref")
        if claim.value.startswith(kind)
    )
    return (*stated, *certified) if stated else ()


def _named(expected: Expected, attestation: Attestation, kind: str, reason: str, missing: str) -> Met:
    claims = _claims(attestation, kind)
    _require(claims, attestation, kind, shown(expected), reason, missing)
    what = "the tag" if kind == TAG else "the branch"
    return all_meet(expected, claims, reason=reason, missing=missing, what=what)


def _require(
    claims: tuple[Claim, ...], attestation: Attestation, kind: str, expected: str, reason: str, missing: str
) -> None:
    refs = attestation.provenance.source.ref
    if not claims and refs:
        raise CheckFault(
            reason,
            f"the source is no {'tag' if kind == TAG else 'branch'}",
            place=Place(pointer=refs[0].pointer),
            expected=kind + expected,
            actual=refs[0].value,
        )
    if not claims:
        raise CheckFault(missing, "the evidence does not say what ref the source is", expected=expected)


CHECKS = (
    Check("source.ref", "ref", check_ref, "SLSA v1.2, verifying artifacts, step 2"),
    Check("source.tag", "tag", check_tag, "SLSA v1.2, verifying artifacts, step 2"),
    Check("source.versioned_tag", "versioned_tag", check_versioned_tag, "Semantic Versioning 2.0.0, section 11"),
    Check("source.branch", "branch", check_branch, "SLSA v1.2, verifying artifacts, step 2"),
)
