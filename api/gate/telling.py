"""Who else is told of what a gate does: the system's log, and an exporter of figures.

It is told after the journal, and changes no decision: what cannot be told is a note on standard error, and no more.
"""

from __future__ import annotations

import datetime
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from attestations.faults import Fault
from verifier.reasons import REASONS

from ..effects.paths import meaning
from ..effects.writing import write_whole
from ..render.lines import fault_line
from ..render.visible import visible
from .decisions import Action, Decision
from .figures import Figures, after_acceptance, after_decision, counting, exposition, keep_figures, kept_figures

if TYPE_CHECKING:
    from ..effects.terminal import Terminal
    from .settings import GateSettings

SYSTEM_LOG = "/dev/log"

LONGEST = 2048
"""Bytes of a message that every log takes. Spec: RFC 5424, section 6.1."""

_FACILITY = 3 << 3
"""System daemons. Spec: RFC 5424, section 6.2.1."""

_ERROR, _WARNING, _INFORMATIONAL = 3, 4, 6


class Telling:
    """Tells what the settings of a gate name."""

    def __init__(self, settings: GateSettings, terminal: Terminal, log: str = SYSTEM_LOG) -> None:
        self._settings = settings
        self._terminal = terminal
        self._log = log

    def decided(self, decision: Decision, at: datetime.datetime) -> None:
        """Tell of a decision."""
        if self._settings.tell.syslog:
            self._logged(decision_message(decision))
        self._counted(lambda figures: after_decision(figures, decision, at), at)

    def accepted(self, digests: tuple[str, ...], at: datetime.datetime) -> None:
        """Tell of an installation."""
        if self._settings.tell.syslog:
            self._logged(_message(_INFORMATIONAL, "accepted", [("files", [f"sha256:{each}" for each in digests])]))
        self._counted(lambda figures: after_acceptance(figures, at), at)

    def _logged(self, message: bytes) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
                connection.setblocking(False)  # a log that is stuck holds nothing up
                connection.connect(self._log)
                connection.send(message)
        except (OSError, AttributeError) as error:
            why = meaning(error) if isinstance(error, OSError) else "this system has none"
            self._terminal.note(visible(f"countersign: the system's log was not told: {self._log}: {why}"))

    def _counted(self, count: Callable[[Figures], Figures], at: datetime.datetime) -> None:
        path = self._settings.tell.textfile
        if path is None:
            return
        directory, until = Path(self._settings.state), self._settings.observe_until
        try:
            with counting(directory):
                figures = count(kept_figures(directory))
                keep_figures(directory, figures)
                write_whole(path, exposition(figures, until if until is not None and at < until else None).encode())
        except Fault as fault:
            told = fault_line(fault, REASONS[fault.reason].remedy)
            self._terminal.note(visible(f"countersign: the figures were not told: {told}"))


def decision_message(decision: Decision) -> bytes:
    """A decision as the system's log has it: one line, fields in JSON's spelling, so that a name ends none of them."""
    return _message(
        _severity(decision),
        decision.action.value,
        [
            ("outcome", decision.outcome.value),
            ("observed", decision.observed),
            ("waived", [str(waiver.payload) for waiver in decision.waivers]),
            ("reasons", list(decision.reasons)),
            ("files", list(decision.asked)),
        ],
    )


def _severity(decision: Decision) -> int:
    """A stop is an error where it was refuted; what somebody should look at is a warning."""
    if decision.action is Action.ALLOW:
        return _WARNING if decision.waivers else _INFORMATIONAL
    return _ERROR if decision.action is Action.BLOCK and not decision.observed else _WARNING


def _message(severity: int, action: str, fields: list[tuple[str, str | bool | list[str]]]) -> bytes:
    """Priority, our name and process as logs of one machine take them; then ``action field=value …``, within bounds.

    Spec: RFC 3164, section 4.1.3, the form that `syslog(3)` sends.
    """
    said = " ".join(f"{name}={msgspec.json.encode(value).decode()}" for name, value in fields if value != [])
    message = f"<{_FACILITY | severity}>countersign[{os.getpid()}]: {action} {visible(said)}".encode()
    return message if len(message) <= LONGEST else message[: LONGEST - 3] + b"..."
