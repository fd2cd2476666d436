"""Each decision of a gate, a line of JSON that is on the disk before anybody acts on it.

    {"at": "2026-03-14T09:00:00Z", "action": "hold", "observed": false, "outcome": "INCOMPLETE",
     "reasons": ["update.incomplete"],
     "artifacts": [{"name": …, "sha256": …, "outcome": …, "product": "acme/endpoint/stable",
                    "policy": "https://…", "policy_digest": "sha256:…"}]}

`action` is what the gate would do, and `observed` says that it let things through and told what it would have done.
That files were installed is a line as well: {"at": …, "action": "accepted", "artifacts": [{"sha256": …}]}.
What weakens whoever asks stands under "findings". What waivers let through has "waived" besides: by which, who signed
them, for what, until when, and why.
"""

from __future__ import annotations

import datetime
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from attestations.faults import Fault, Place
from verifier.policy.plain import format_time
from verifier.verdict import Verdict

from ..effects.faults import OutputFault
from ..effects.paths import meaning, shown
from .decisions import Decision

if TYPE_CHECKING:
    from verifier.waivers import Waiver

NAME = "decisions.jsonl"

ACCEPTED = "accepted"
"""The action of a line that tells of an installation, and of no decision."""


_OPENING = b'{"at":"'
"""How every line begins that is whole; the moment follows, and moments in UTC stand in order as text does."""

_SECONDS = len("2026-03-14T09:00:00")
_ACCEPTED = b'"action":"accepted"'
_HEAD = 80
"""Bytes in which moment and action stand."""


class Journal:
    """The decisions of one gate."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME

    def append(self, decision: Decision, at: datetime.datetime) -> None:
        """Write a decision down. Raises: OutputFault ``output.unwritable``."""
        self._write(entry(decision, at))

    def accepted(self, digests: tuple[str, ...], at: datetime.datetime) -> None:
        """Write down that files, by SHA-256 (hex), were installed. Raises: OutputFault ``output.unwritable``."""
        artifacts = [{"sha256": digest} for digest in digests]
        self._write({"at": format_time(at), "action": ACCEPTED, "artifacts": artifacts})

    def tells_of(self, moment: datetime.datetime) -> bool:
        """Whether anything was decided at `moment` (aware, UTC) or later, by the clock of then.

        What was rotated away is looked into as well, where it stands beside under a longer name, uncompressed.

        Raises:
            OutputFault: ``output.unwritable``: what cannot be read tells of nothing.
        """
        since = _OPENING + format_time(moment)[:_SECONDS].encode()
        try:
            return any(_tells_of(path, since) for path in self._path.parent.glob(f"{NAME}*"))
        except OSError as error:
            raise OutputFault("output.unwritable", str(error.strerror), place=Place(str(self._path))) from None

    def _write(self, told: dict[str, Any]) -> None:
        line = msgspec.json.encode(told) + b"\n"
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            try:
                if not _ends_a_line(descriptor):
                    line = b"\n" + line
                if os.write(descriptor, line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            detail = "there is no such directory: begin the gate with `countersign gate init`"
            raise OutputFault("output.unwritable", detail, place=Place(shown(str(self._path.parent)))) from None
        except OSError as error:
            raise OutputFault("output.unwritable", meaning(error), place=Place(shown(str(self._path)))) from None


def _tells_of(path: Path, since: bytes) -> bool:
    """Whether a line of a decision begins with `since`, or with what comes after it in order."""
    with path.open("rb") as lines:
        return any(
            line[: len(since)] >= since for line in lines if line.startswith(_OPENING) and _ACCEPTED not in line[:_HEAD]
        )


def _ends_a_line(descriptor: int) -> bool:
    """Whether the last line is whole: where the power went or the disk was full, it is not."""
    size = os.fstat(descriptor).st_size
    if not size:
        return True
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def entry(decision: Decision, at: datetime.datetime) -> dict[str, Any]:
    """The decision as the journal has it."""
    return {
        "at": format_time(at),
        "action": decision.action.value,
        "observed": decision.observed,
        "outcome": decision.outcome.value,
        "reasons": list(decision.reasons),
        "artifacts": [_artifact(verdict, decision) for verdict in decision.verdicts]
        or [{"name": name} for name in decision.asked],
        **({"findings": [_finding(fault) for fault in decision.findings]} if decision.findings else {}),
        **({"waived": [_waived(waiver) for waiver in decision.waivers]} if decision.waivers else {}),
    }


def _finding(fault: Fault) -> dict[str, str]:
    return {"reason": fault.reason, "place": str(fault.place), "actual": fault.actual or ""}


def _artifact(verdict: Verdict, decision: Decision) -> dict[str, str]:
    """A file, the policy that it was judged under and what that guards, and what it came to."""
    digest = verdict.artifact.digests.get("sha256")
    measured = {"sha256": digest.hex} if digest is not None else {}
    product = decision.products.get(verdict.policy.digest)
    return {
        "name": verdict.artifact.name,
        **measured,
        "outcome": verdict.outcome.value,
        "policy": verdict.policy.id,
        "policy_digest": str(verdict.policy.digest),
        **({"product": product} if product is not None else {}),
    }


def _waived(waiver: Waiver) -> dict[str, Any]:
    return {
        "waiver": str(waiver.payload),
        "signers": list(waiver.signers),
        "reasons": list(waiver.reasons),
        "until": format_time(waiver.end),
        "why": waiver.why,
    }
