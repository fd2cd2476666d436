"""Do all places that speak of the source tell one story?

Provenance says where its source came from several times, and the certificate says it once more. A build that runs as
intended fills them from one run. Where they differ, somebody filled one by hand, and no choice among them is safe.

Spec: countersign design, section 3; slsa.dev/spec/v0.2, configSource and materials of one URI
"""

from __future__ import annotations

from collections.abc import Callable

from attestations.faults import Place
from attestations.predicates.provenance import repository_name
from attestations.statements import Claim

from ..faults import CheckFault
from .check import Attestation, Check, Met


def check_story(_expected: None, attestation: Attestation) -> Met:
    """No two claims of repository, ref, tag, branch or commit differ. Raises: CheckFault ``source.contradicted``."""
    source = attestation.provenance.source
    _agree("the source repository", source.uri, attestation.certified("source-repository-uri"), repository_name)
    _agree("the ref", source.ref, attestation.certified("source-repository-ref"))
    _agree("the commit", source.commit, attestation.certified("source-repository-digest"))
    _agree("the tag", source.tag, ())
    _agree("the branch", source.branch, ())
    return Met("all places that speak of the source agree")


def _agree(
    what: str, stated: tuple[Claim, ...], certified: tuple[Claim, ...], spelled: Callable[[str], str] = str
) -> None:
    if not stated:
        return
    for claim in (*stated[1:], *certified):
        if spelled(claim.value) != spelled(stated[0].value):
            raise CheckFault(
                "source.contradicted",
                f"{what} is told in two ways",
                place=Place(pointer=claim.pointer),
                expected=f"{stated[0].value} as at {stated[0].pointer}",
                actual=claim.value,
            )


CHECK = Check("source.story", None, check_story, "countersign design, section 3")
