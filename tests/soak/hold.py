"""What must be true of every refusal: a known reason, and a line that is no page."""

from __future__ import annotations

from attestations.faults import Fault
from verifier.reasons import REASONS

from .readings import Reading

LONGEST = 2000
"""Characters of a refusal, with everything in it."""


def refusals(read: Reading, data: bytes) -> list[Fault]:
    """What `read` refuses in `data`. Whatever it raises that is no `Fault`, or that is none as it should be, passes."""
    try:
        found = read(data)
    except Fault as fault:
        faults = [fault]
    else:
        faults = [each for each in found if isinstance(each, Fault)] if isinstance(found, list | tuple) else []
    for fault in faults:
        assert fault.reason in REASONS, f"a reason without a row: {fault.reason}"
        assert len(str(fault)) < LONGEST, f"a refusal of {len(str(fault))} characters: {fault.reason}"
    return faults
