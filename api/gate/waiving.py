"""Waivers at a gate: files that persons whom its settings name have signed, read when something is held.

    held ─► the directory of waivers ─► those that hold at this moment ─► excused, all of it, or held as before

Whatever is wrong with a file is told, and takes nothing from the others; nothing that is wrong lets anything through.

Spec: countersign design, section 7 (Gate); decision 0125
"""

from __future__ import annotations

import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from attestations.faults import Fault
from verifier.reasons import REASONS

from ..render.lines import fault_line
from .decisions import Action, Decision

if TYPE_CHECKING:
    from ..effects.files import Files
    from .settings import GateSettings


def waive(decision: Decision, settings: GateSettings, at: datetime.datetime, files: Files) -> Decision:
    """The decision, let through where waivers excuse all that speaks against it; else with a note of why they do not.

    Only what is held can be waived, and only where the settings name a directory of waivers.
    """
    if decision.action is not Action.HOLD or settings.waivers is None:
        return decision
    from verifier.excuses import excuse

    from ..usecases.waivers import read_approver, read_waivers

    try:
        approvers = tuple(read_approver(each.name, each.file, each.key, files) for each in settings.approvers)
        paths = [path for path in files.walk(settings.waivers).files if not PurePath(path).name.startswith(".")]
        waivers, aside = read_waivers(sorted(paths), approvers, at, files)
    except Fault as fault:
        return _noted(decision, f"waivers are not read: {_line(fault)}")
    decision = _noted(decision, *(f"no waiver: {', '.join(each.names)}: {_line(each.fault)}" for each in aside))
    found = excuse(decision.verdicts, decision.faults, waivers)
    if found.whole:
        return replace(decision, action=Action.ALLOW, waivers=found.waivers)
    if found.waivers:
        return _noted(decision, f"waivers do not excuse {', '.join(filter(None, found.left)) or 'all of it'}")
    return decision


def _noted(decision: Decision, *notes: str) -> Decision:
    return replace(decision, notes=(*decision.notes, *notes))


def _line(fault: Fault) -> str:
    return fault_line(fault, REASONS[fault.reason].remedy)
