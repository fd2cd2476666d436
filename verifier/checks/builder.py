"""Was it built by the builder that the policy pairs with this signer?

Whoever may sign provenance can write any builder into it. What counts is the pair: this signer, claiming this builder
(T33). The requirement names both, and the engine asks this only of statements by its own signers.

Spec: SLSA v1.2, "Verifying artifacts", step 1, https://slsa.dev/spec/v1.2/verifying-artifacts
"""

from __future__ import annotations

from ..policy.model import Expected
from .check import Attestation, Check, Met, meets


def check_builder(expected: Expected, attestation: Attestation) -> Met:
    """The claimed builder is the one expected of this signer. Raises: CheckFault ``builder.mismatch``."""
    return meets(expected, attestation.provenance.builder, reason="builder.mismatch", what="the builder")


CHECK = Check("builder", "builder", check_builder, "SLSA v1.2, verifying artifacts, step 1")
