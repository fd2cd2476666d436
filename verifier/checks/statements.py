"""All checks of what a statement says."""

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
from .check import Check

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
