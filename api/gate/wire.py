"""What is asked of a gate over its socket, and what it answers: JSON, a decision as ``/v1/updates/check`` has it.

    POST /v1/check    {"items": [{"files": ["/srv/endpoint.exe"], "evidence": ["/srv/manifest.jsonl"]}]}
                      {"items": [{"status": 200, "update": {"install": false, "action": "hold", …}}]}
    POST /v1/accept   {"files": ["sha256:…"]}
                      {"streams": [{"vendor": "acme", "product": "endpoint", …}]}
    GET  /v1/state    {"streams": […]}

Install where an answer has ``"install": true``, and on nothing else. Paths are absolute: the gate stands elsewhere.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from attestations.faults import Fault
from verifier.outcome import Outcome
from verifier.policy.plain import format_time
from verifier.reasons import REASONS
from verifier.updates.streams import ReleaseState
from verifier.verdict import Verdict

from ..decoding import UNDECODABLE
from .decisions import Decision
from .faults import GateFault
from .gate import Asked

Text = Annotated[str, Meta(min_length=1, max_length=4096)]
SHA256 = "sha256:"
FileName = Annotated[str, Meta(max_length=4096, pattern=r"\A(/[^\0]*|sha256:[0-9a-f]{64})\Z")]
Path = Annotated[str, Meta(max_length=4096, pattern=r"\A/[^\0]*\Z")]


class Set(Struct, frozen=True, forbid_unknown_fields=True):
    """Files that are to be installed together (`gate.Asked`): absolute paths, or ``sha256:…``."""

    files: Annotated[tuple[FileName, ...], Meta(min_length=1, max_length=1000)]
    evidence: Annotated[tuple[Path, ...], Meta(max_length=256)] = ()
    bundles: Annotated[tuple[Path, ...], Meta(max_length=256)] = ()
    release: Text | None = None

    @property
    def asked(self) -> Asked:
        """The same, as a gate takes it."""
        return Asked(self.files, self.evidence, self.bundles, self.release)


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """Several sets, each answered for itself."""

    items: Annotated[tuple[Set, ...], Meta(min_length=1, max_length=100)]


class Accept(Struct, frozen=True, forbid_unknown_fields=True):
    """Files that were allowed together, and are installed."""

    files: Annotated[
        tuple[Annotated[str, Meta(pattern=r"\Asha256:[0-9a-f]{64}\Z")], ...], Meta(min_length=1, max_length=1000)
    ]

    @property
    def digests(self) -> tuple[str, ...]:
        """The same in hex."""
        return tuple(file.removeprefix(SHA256) for file in self.files)


class ToldFile(Struct, frozen=True):
    """A file of a decision, as it was answered."""

    name: str
    outcome: str
    reasons: tuple[str, ...]


class ToldFault(Struct, frozen=True):
    """What speaks against all files together, as it was answered."""

    reason: str
    title: str
    detail: str
    remedy: str


class Told(Struct, frozen=True):
    """A decision as it was answered: `install` alone says that the files may be installed."""

    install: bool
    action: str
    observed: bool
    outcome: str
    files: tuple[ToldFile, ...]
    faults: tuple[ToldFault, ...]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 where they may be installed; else the outcome's, and ERROR's where that is PASSED or none."""
        if self.install:
            return 0
        known = {outcome.value: outcome.exit_code for outcome in Outcome}
        return known.get(self.outcome, 0) or Outcome.ERROR.exit_code


class Item(Struct, frozen=True):
    """One of several answers; without `update` there is no decision."""

    update: Told | None = None


class Answered(Struct, frozen=True):
    """The answer to `Check`."""

    items: tuple[Item, ...]


_CHECK = msgspec.json.Decoder(Check)
_ACCEPT = msgspec.json.Decoder(Accept)


def read_check(body: bytes) -> Check:
    """What is to be decided. Raises: GateFault ``gate.request``."""
    try:
        return _CHECK.decode(body)
    except UNDECODABLE as error:
        raise GateFault("gate.request", str(error)) from None


def read_accept(body: bytes) -> Accept:
    """What was installed. Raises: GateFault ``gate.request``."""
    try:
        return _ACCEPT.decode(body)
    except UNDECODABLE as error:
        raise GateFault("gate.request", str(error)) from None


def decision_json(decision: Decision) -> dict[str, Any]:
    """A decision as it is answered."""
    return {
        "install": decision.lets_through,
        "action": decision.action.value,
        "observed": decision.observed,
        "outcome": decision.outcome.value,
        "reasons": list(decision.reasons),
        "files": [_file(verdict, decision) for verdict in decision.verdicts],
        "faults": [fault_json(fault) for fault in decision.faults],
        "notes": list(decision.notes),
        **({"waived": [str(waiver.payload) for waiver in decision.waivers]} if decision.waivers else {}),
    }


def _file(verdict: Verdict, decision: Decision) -> dict[str, Any]:
    """A file; `made` is what a difference makes (SHA-256), which is what is accepted once it is there."""
    digest = verdict.artifact.digests.get("sha256")
    made = decision.made.get(digest.hex) if digest is not None else None
    reasons = dict.fromkeys(result.reason for result in verdict.results if result.reason and not result.finding)
    return {
        "name": verdict.artifact.name,
        "sha256": digest.hex if digest is not None else None,
        "policy": verdict.policy.id,
        "outcome": verdict.outcome.value,
        "reasons": list(reasons),
        **({"made": made} if made is not None else {}),
    }


def fault_json(fault: Fault) -> dict[str, Any]:
    """A refusal, with what to do about it."""
    row = REASONS[fault.reason]
    told = {"place": str(fault.place) or None, "expected": fault.expected, "actual": fault.actual}
    return {
        "reason": fault.reason,
        "title": row.title,
        "detail": fault.detail,
        **{name: text for name, text in told.items() if text},
        "remedy": row.remedy,
    }


def state_json(state: ReleaseState) -> dict[str, Any]:
    """What was accepted, by stream."""
    streams = []
    for stream, accepted in sorted(state.streams.items()):
        words = {name: word for name in stream.__struct_fields__ if (word := getattr(stream, name))}
        number = {"sequence": accepted.sequence} if accepted.sequence is not None else {}
        streams.append({**words, "version": accepted.version, **number, "accepted": format_time(accepted.at)})
    return {"streams": streams}
