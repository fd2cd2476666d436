"""Checks: what is asked of authenticated evidence, one file each. `CHECKS` is all of those asked of a statement.

    subject         is the statement about the artifact?          asked first: what is not, is no candidate
    signers         did a party that the policy names sign it?    asked second
    CHECKS          is what it says as expected?
    threshold, level                                              asked of the verification as a whole

How old what we trust may be is asked where it is loaded: `verifier.gather`.
"""

from __future__ import annotations

from . import (
    build_type,
    builder,
    package,
    parameters,
    source_commit,
    source_ref,
    source_story,
    source_uri,
    subject_name,
)
from .check import Attestation, Check, Met

CHECKS: tuple[Check, ...] = (
    subject_name.CHECK,
    package.CHECK,
    builder.CHECK,
    build_type.CHECK,
    source_story.CHECK,
    source_uri.CHECK,
    *source_ref.CHECKS,
    source_commit.CHECK,
    *parameters.CHECKS,
)
"""Every check of what a statement says, in the order of verdicts. A new one is a file and a line here."""

__all__ = ["CHECKS", "Attestation", "Check", "Met"]
