"""Which tracks hold, and why: from what the requirements came to, never from what evidence says of itself.

Spec: countersign design, section 4
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .evaluation import Run
from .levels import BUILD, SIGNED
from .policy.expected import leaves_open
from .policy.model import Policy, ProvenanceRequirement
from .verdict import TrackResult

COMPLETE = ("builder", "build_type", "source", "parameters")
"""What a policy must expect of provenance before `VI_BUILD_1` can hold."""


def assess(policy: Policy, runs: tuple[Run, ...]) -> tuple[TrackResult, ...]:
    """Each track that this version can establish, held or not; then SLSA's levels, as the policy's author grants."""
    return (_signed(policy, runs), _build(runs), *_slsa(runs))


def _signed(policy: Policy, runs: tuple[Run, ...]) -> TrackResult:
    speakers = {group for run in runs if run.met for group in run.groups}
    vendor = policy.product.vendor if policy.product is not None else None
    if (vendor in speakers) if vendor is not None else bool(speakers):
        return TrackResult(SIGNED, True, f"signed by {vendor or ', '.join(sorted(speakers))}")
    return TrackResult(SIGNED, False, "no requirement is met by a signer of the vendor's own")


def _build(runs: tuple[Run, ...]) -> TrackResult:
    provenance = [run for run in runs if isinstance(run.requirement, ProvenanceRequirement)]
    if not provenance:
        return TrackResult(BUILD, False, "the policy does not ask how it was built")
    met = [run for run in provenance if run.met]
    if not met:
        return TrackResult(BUILD, False, "no provenance is as expected")
    missing = min((_unexpected(run) for run in met), key=len)
    if missing:
        return TrackResult(BUILD, False, f"the policy does not say what {', '.join(missing)} to expect")
    return TrackResult(BUILD, True, "builder, build type, source and every external parameter are as expected")


def _unexpected(run: Run) -> list[str]:
    return [name for name in COMPLETE if leaves_open(getattr(run.requirement, name))]


def _slsa(runs: Iterable[Run]) -> Iterator[TrackResult]:
    for run in runs:
        if isinstance(run.requirement, ProvenanceRequirement) and run.requirement.slsa_build_level is not None:
            level = f"SLSA_BUILD_LEVEL_{run.requirement.slsa_build_level}"
            why = "granted by the policy to this signer and builder" if run.met else "no provenance is as expected"
            yield TrackResult(level, run.met, why)
