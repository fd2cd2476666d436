"""The corpus' rows as typed values, and what a run answers about each.

A case file is JSON lines; `files` are paths under a data folder. See the corpus' own README for the fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attestations.faults import Fault
from verifier.outcome import Outcome
from verifier.reasons import outcome_of


@dataclass(frozen=True, slots=True)
class Case:
    """One row: what to read (`files`, role → path), what is asked (`params`), what the peer expects.

    `real` names the service that the signature is from, "" where the row does not say.
    """

    id: str
    family: str
    files: dict[str, Path]
    params: dict[str, Any]
    expect: str
    stage: str
    reason: str
    offline: bool
    contested: bool
    real: str

    def read(self, role: str) -> bytes:
        return self.files[role].read_bytes()


@dataclass(frozen=True, slots=True)
class Answer:
    """What we say: `got` is pass, fail or unsupported; `reason` our reason code, "" for a pass."""

    got: str
    reason: str


PASS = Answer("pass", "")


def unsupported(reason: str) -> Answer:
    return Answer("unsupported", reason)


def refusal(reason: str) -> Answer:
    """The answer that a reason code comes to: its outcome decides between fail and unsupported."""
    outcome = outcome_of(reason)
    if outcome in (Outcome.FAILED, Outcome.INCOMPLETE) or reason.startswith("limit."):
        return Answer("fail", reason)
    return Answer("unsupported", reason)


def attempt(work: Callable[[], object]) -> Answer:
    """PASS if `work` returns, the refusal of its `Fault` if it raises one. Anything else is a crash and stays one."""
    try:
        work()
    except Fault as fault:
        return refusal(fault.reason)
    return PASS


def load(cases: Path, data: Path) -> Iterator[Case]:
    """The rows of a case file, in its order."""
    for line in cases.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Case(
            id=row["id"],
            family=row["family"],
            files={role: data / path for role, path in row["files"].items()},
            params=row["params"],
            expect=row["expect"],
            stage=row.get("stage", ""),
            reason=row.get("reason", ""),
            offline=row.get("offline", True),
            contested=bool(row.get("contested")),
            real=row.get("real") or "",
        )
