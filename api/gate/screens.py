"""A gate's decision for people: what is done, over which files, and the one line of why for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.outcome import Outcome
from verifier.reasons import REASONS
from verifier.updates.streams import ReleaseState

from ..render.layout import Look
from ..render.lines import fault_line
from ..render.text import screen
from ..render.visible import visible
from .decisions import Action

if TYPE_CHECKING:
    from verifier.waivers import Waiver

    from .decisions import Decision
    from .wire import Told

_SAYS = {
    "allow": "ALLOW   all files passed, and follow from what was accepted",
    "block": "BLOCK   something was refuted: do not install",
    "hold": "HOLD    it is not decided: do not install meanwhile",
}
_OBSERVED = "OBSERVED  it is let through; once enforced, it would not be\n"
_WAIVED = "ALLOW, WAIVED   it did not pass, and persons whom the settings name answer for it"
_UNLOGGED = "logged  not assessed: there is no log of waivers yet; a service's trail keeps them (POST /v1/waivers)\n"


def decision_screen(decision: Decision, look: Look) -> str:
    """The verdicts of what did not pass, what speaks against the set, and the decision as the last line."""
    lines = [screen(verdict, look) for verdict in decision.verdicts if verdict.outcome is not Outcome.PASSED]
    lines += [f"set     {visible(fault_line(fault, REASONS[fault.reason].remedy))}\n" for fault in decision.faults]
    lines += [f"note    {visible(note)}\n" for note in decision.notes]
    lines += [f"client  {visible(fault_line(fault, REASONS[fault.reason].remedy))}\n" for fault in decision.findings]
    if decision.observed and decision.action is not Action.ALLOW:
        lines.append(_OBSERVED)
    if decision.waivers:
        lines += [*map(_waived, decision.waivers), _UNLOGGED]
    return "".join(lines) + (_WAIVED if decision.waivers else _SAYS[decision.action.value]) + "\n"


def told_screen(told: Told) -> str:
    """A decision that another process made and told: what did not pass, by which reasons, and the last line."""
    lines = [
        f"file    {visible(file.name)}: {visible(', '.join(file.reasons) or file.outcome)}\n"
        for file in told.files
        if file.outcome != Outcome.PASSED.value
    ]
    lines += [f"set     {visible(f'{fault.reason}: {fault.detail}. {fault.remedy}')}\n" for fault in told.faults]
    lines += [f"note    {visible(note)}\n" for note in told.notes]
    if told.observed and told.action != Action.ALLOW.value:
        lines.append(_OBSERVED)
    return "".join(lines) + _SAYS.get(told.action, "HOLD    it is not told what to do: do not install") + "\n"


def _waived(waiver: Waiver) -> str:
    by = " and ".join(waiver.signers)
    text = f"{', '.join(waiver.reasons)}, by {by}, until {waiver.end:%Y-%m-%d %H:%M} UTC: {waiver.why}"
    return f"waived  {visible(text)}\n"


def state_screen(state: ReleaseState) -> str:
    """What was accepted, a line a stream."""
    return "".join(_streams(state)) or "nothing was accepted yet\n"


def _streams(state: ReleaseState) -> Iterator[str]:
    for stream, accepted in sorted(state.streams.items()):
        name = "/".join(filter(None, (getattr(stream, field) for field in stream.__struct_fields__)))
        number = f", number {accepted.sequence}" if accepted.sequence is not None else ""
        yield f"{visible(name)}  {visible(accepted.version)}{number}, accepted {accepted.at:%Y-%m-%d %H:%M} UTC\n"
