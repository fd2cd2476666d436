"""A gate's decision for people: what is done, over which files, and the one line of why for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.outcome import Outcome
from verifier.reasons import REASONS
from verifier.updates.streams import ReleaseState

from ..render.layout import LABEL_WIDTH, Look, hang
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
_OBSERVED = "OBSERVED  it is let through all the same; once enforced, it would not be\n"
_UNTOLD = "HOLD    it is not told what to do: do not install"
_WAIVED = "ALLOW, WAIVED   it did not pass, and persons whom the settings name answer for it"
_UNLOGGED = "not assessed: there is no log of waivers yet; a service's trail keeps them (POST /v1/waivers)"


def decision_screen(decision: Decision, look: Look) -> str:
    """The verdicts of what did not pass, what speaks against the set, the decision, and whether it is only observed."""
    lines = [screen(verdict, look) for verdict in decision.verdicts if verdict.outcome is not Outcome.PASSED]
    against = (_labelled("set", fault_line(fault, REASONS[fault.reason].remedy), look) for fault in decision.faults)
    lines += dict.fromkeys(against)
    lines += [_labelled("note", note, look) for note in decision.notes]
    lines += [_labelled("client", fault_line(fault, REASONS[fault.reason].remedy), look) for fault in decision.findings]
    if decision.waivers:
        lines += [_labelled("waived", _told_of(waiver), look) for waiver in decision.waivers]
        lines.append(_labelled("logged", _UNLOGGED, look))
    lines.append((_WAIVED if decision.waivers else _SAYS[decision.action.value]) + "\n")
    return "".join(lines) + _looking_on(decision.action.value, observed=decision.observed)


def told_screen(told: Told, look: Look) -> str:
    """A decision that another process made and told: what did not pass, by which reasons, and what is done."""
    lines = [
        _labelled("file", f"{file.name}: {', '.join(file.reasons) or file.outcome}", look)
        for file in told.files
        if file.outcome != Outcome.PASSED.value
    ]
    lines += [_labelled("set", f"{fault.reason}: {fault.detail}. {fault.remedy}", look) for fault in told.faults]
    lines += [_labelled("note", note, look) for note in told.notes]
    lines.append(_SAYS.get(told.action, _UNTOLD) + "\n")
    return "".join(lines) + _looking_on(told.action, observed=told.observed)


def _labelled(label: str, text: str, look: Look) -> str:
    """A label and its text, over as many lines as it takes."""
    first = label.ljust(LABEL_WIDTH)
    return "".join(f"{line}\n" for line in hang(first, len(first), visible(text, look.encoding), look.width))


def _looking_on(action: str, *, observed: bool) -> str:
    return _OBSERVED if observed and action != Action.ALLOW.value else ""


def _told_of(waiver: Waiver) -> str:
    by = " and ".join(waiver.signers)
    return f"{', '.join(waiver.reasons)}, by {by}, until {waiver.end:%Y-%m-%d %H:%M} UTC: {waiver.why}"


def state_screen(state: ReleaseState) -> str:
    """What was accepted, a line a stream."""
    return "".join(_streams(state)) or "nothing was accepted yet\n"


def _streams(state: ReleaseState) -> Iterator[str]:
    for stream, accepted in sorted(state.streams.items()):
        name = "/".join(filter(None, (getattr(stream, field) for field in stream.__struct_fields__)))
        number = f", number {accepted.sequence}" if accepted.sequence is not None else ""
        yield f"{visible(name)}  {visible(accepted.version)}{number}, accepted {accepted.at:%Y-%m-%d %H:%M} UTC\n"
