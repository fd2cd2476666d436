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

if TYPE_CHECKING:
    from .decisions import Decision

_SAYS = {
    "allow": "ALLOW   all files passed, and follow from what was accepted",
    "block": "BLOCK   something was refuted: do not install",
    "hold": "HOLD    it is not decided: do not install meanwhile",
}


def decision_screen(decision: Decision, look: Look, *, observed: bool) -> str:
    """The verdicts of what did not pass, what speaks against the set, and the decision as the last line."""
    lines = [screen(verdict, look) for verdict in decision.verdicts if verdict.outcome is not Outcome.PASSED]
    lines += [f"set     {visible(fault_line(fault, REASONS[fault.reason].remedy))}\n" for fault in decision.faults]
    if observed and decision.outcome is not Outcome.PASSED:
        lines.append("OBSERVED  it is let through; once enforced, it would not be\n")
    return "".join(lines) + _SAYS[decision.action.value] + "\n"


def state_screen(state: ReleaseState) -> str:
    """What was accepted, a line a stream."""
    return "".join(_streams(state)) or "nothing was accepted yet\n"


def _streams(state: ReleaseState) -> Iterator[str]:
    for stream, accepted in sorted(state.streams.items()):
        name = "/".join(filter(None, (getattr(stream, field) for field in stream.__struct_fields__)))
        number = f", number {accepted.sequence}" if accepted.sequence is not None else ""
        yield f"{visible(name)}  {visible(accepted.version)}{number}, accepted {accepted.at:%Y-%m-%d %H:%M} UTC\n"
