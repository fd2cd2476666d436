"""Was it built from the expected commit? Tags and branches move; a commit does not.

Spec: SLSA v1.2, "Verifying artifacts", step 2; Fulcio, "Mapping OIDC token claims", Source Repository Digest
"""

from __future__ import annotations

from ..policy.model import Expected
from .check import Attestation, Check, Met, all_meet


def check_commit(expected: Expected, attestation: Attestation) -> Met:
    """All claims of the commit are the one expected.

    Raises:
        CheckFault: ``source.commit``; ``source.commit_missing``.
    """
    stated = attestation.provenance.source.commit
    claims = (*stated, *attestation.certified("source-repository-digest")) if stated else ()
    return all_meet(expected, claims, reason="source.commit", missing="source.commit_missing", what="the commit")


CHECK = Check("source.commit", "commit", check_commit, "SLSA v1.2, verifying artifacts, step 2")
