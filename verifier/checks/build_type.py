"""Was it built by the recipe's rules that the policy knows? Parameters mean nothing without them.

Spec: SLSA v1.2, "Verifying artifacts", step 2, https://slsa.dev/spec/v1.2/verifying-artifacts
"""

from __future__ import annotations

from ..policy.model import Expected
from .check import Attestation, Check, Met, meets


def check_build_type(expected: Expected, attestation: Attestation) -> Met:
    """The build type is the one expected. Raises: CheckFault ``build_type.mismatch``."""
    return meets(expected, attestation.provenance.build_type, reason="build_type.mismatch", what="the build type")


CHECK = Check("build_type", "build_type", check_build_type, "SLSA v1.2, verifying artifacts, step 2")
