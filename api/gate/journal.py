"""Each decision of a gate, a line of JSON that is on the disk before anybody acts on it.

    {"at": "2026-03-14T09:00:00Z", "action": "hold", "observed": false, "outcome": "INCOMPLETE",
     "reasons": ["update.incomplete"], "artifacts": [{"name": …, "sha256": …}], "policy": "sha256:…"}

`action` is what the gate would do, and `observed` says that it let things through and told what it would have done.
What waivers let through has "waived" besides: by which, who signed them, for what, until when, and why.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from attestations.faults import Place
from verifier.policy.plain import format_time

from ..effects.faults import OutputFault
from .decisions import Decision

if TYPE_CHECKING:
    from verifier.waivers import Waiver

NAME = "decisions.jsonl"


class Journal:
    """The decisions of one gate."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME

    def append(self, decision: Decision, at: datetime.datetime, *, observed: bool) -> None:
        """Write the decision down. Raises: OutputFault ``output.unwritable``."""
        line = msgspec.json.encode(entry(decision, at, observed=observed)) + b"\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise OutputFault("output.unwritable", str(error.strerror), place=Place(str(self._path))) from None


def entry(decision: Decision, at: datetime.datetime, *, observed: bool) -> dict[str, Any]:
    """The decision as the journal has it."""
    artifacts = [
        {"name": verdict.artifact.name}
        | ({"sha256": digest.hex} if (digest := verdict.artifact.digests.get("sha256")) is not None else {})
        for verdict in decision.verdicts
    ]
    return {
        "at": format_time(at),
        "action": decision.action.value,
        "observed": observed,
        "outcome": decision.outcome.value,
        "reasons": list(decision.reasons),
        "artifacts": artifacts,
        "policy": str(decision.verdicts[0].policy.digest) if decision.verdicts else "",
        **({"waived": [_waived(waiver) for waiver in decision.waivers]} if decision.waivers else {}),
    }


def _waived(waiver: Waiver) -> dict[str, Any]:
    return {
        "waiver": str(waiver.payload),
        "signers": list(waiver.signers),
        "reasons": list(waiver.reasons),
        "until": format_time(waiver.end),
        "why": waiver.why,
    }
