"""Was it published under the name that was asked for? The right bytes under another name are another release (T10).

Spec: in-toto attestation framework, "Validation model", https://github.com/in-toto/attestation/blob/main/docs/validation.md
"""

from __future__ import annotations

from attestations.faults import Place

from ..faults import CheckFault
from ..policy.expected import matches, shown
from ..policy.model import Expected
from .check import Attestation, Check, Met


def check_subject_name(expected: Expected, attestation: Attestation) -> Met:
    """The artifact bears the expected name; a statement may list it under several, of which one must be it.

    Raises:
        CheckFault: ``subject.name``; ``subject.name_missing`` where no subject names it, or nothing has subjects.
    """
    names = [subject.name for subject in attestation.subjects if subject.name]
    if not names:
        raise CheckFault(
            "subject.name_missing", "the evidence does not say what the artifact is called", expected=shown(expected)
        )
    if not any(matches(expected, name) for name in names):
        raise CheckFault(
            "subject.name",
            "the artifact was published under another name",
            place=Place(pointer="/subject"),
            expected=shown(expected),
            actual=", ".join(names[:3]),
        )
    return Met(f"it is called {names[0]}", shown(expected), names[0], "/subject")


CHECK = Check("subject.name", "subject", check_subject_name, "in-toto attestation, validation model")
