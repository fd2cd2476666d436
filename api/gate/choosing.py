"""Which guards a file is judged under: the one that there is; of several, each whose evidence lists the file.

    endpoint_7.2.0_amd64.deb    listed by acme's archive            ─► acme's policy
    libc6_2.36-9_amd64.deb      listed by two archives              ─► both policies, and both must be met
    found-somewhere.deb         listed by none                      ─► held: gate.no_policy

A file is measured once for all of them, and so all of them speak of the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from attestations.faults import Fault, Place

from ..effects.paths import shown
from ..usecases.verify import Judged, Verification
from .faults import GateFault


def judge_under(guards: Sequence[Verification], file: str) -> tuple[Judged, ...]:
    """The verdicts on `file`, one a guard that it is judged under; over none it is undecided: ``gate.no_policy``."""
    chosen = tuple(guards) if len(guards) == 1 else tuple(guard for guard in guards if _lists(guard, file))
    if chosen:
        return tuple(guard.judge(file) for guard in chosen)
    fault = GateFault("gate.no_policy", "no guard's evidence lists this file", place=Place(shown(file)))
    nearest = guards[0].judge(file)
    held = guards[0].unjudged(file, fault).verdict
    return (replace(nearest, verdict=replace(held, artifact=nearest.verdict.artifact)),)


def _lists(guard: Verification, file: str) -> bool:
    try:
        return guard.lists(file)
    except Fault:
        # What cannot be read, or measured, is for the guard to judge, and to say so.
        return True
