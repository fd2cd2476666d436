"""A vector, run through the real verifier: what came out."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from attestations.debian.container import Declared
from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from fixtures.case import ReadingCase, VerdictCase, read_case
from verifier.engine import judge
from verifier.outcome import Outcome
from verifier.policy.parse import parse_policy
from verifier.reasons import outcome_of
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.verdict import Artifact, CheckResult, Verdict

from .readers import READERS


@dataclass(frozen=True, slots=True)
class Answer:
    """What the verifier said: the outcome, every reason that is not a pass, and the level ("" for a reading)."""

    outcome: str
    reasons: frozenset[str]
    level: str = ""
    results: tuple[CheckResult, ...] = ()


@functools.cache
def answer(folder: Path) -> Answer:
    """What the verifier says to the case in `folder`; asked once a process."""
    case = read_case(folder)
    try:
        if isinstance(case, ReadingCase):
            READERS[case.reader]((folder / case.file).read_bytes(), case.given)
            return Answer("PASSED", frozenset())
        return _judged(judge(request(case, folder)))
    except Fault as fault:
        return Answer(outcome_of(fault.reason).value, frozenset({fault.reason}))


def request(case: VerdictCase, folder: Path) -> Request:
    """The request that a case stands for.

    Raises:
        PolicyFault: as `parse_policy`.
    """
    digests = sorted(Digest(algorithm, value) for algorithm, value in case.artifact.digests.items())
    declared = Declared(**case.artifact.declared) if case.artifact.declared else None
    return Request(
        artifact=Artifact(case.artifact.name, DigestSet(tuple(digests)), case.artifact.size, declared),
        evidence=tuple(EvidenceFile(Path(name).name, _read(folder, name)) for name in case.evidence),
        policy=parse_policy(_read(folder, case.policy), Path(case.policy).name, DEFAULT_LIMITS),
        release=case.release,
        trust=tuple(TrustFile(root.name, _read(folder, root.file), root.dated) for root in case.trust),
        keys=tuple(KeyFile(Path(name).name, _read(folder, name)) for name in case.keys),
        now=case.now,
        limits=DEFAULT_LIMITS,
        version="vectors",
        state=_read(folder, case.state) if case.state is not None else None,
    )


def _judged(verdict: Verdict) -> Answer:
    return Answer(verdict.outcome.value, frozenset(_reasons(verdict.results)), verdict.level, verdict.results)


def _reasons(results: Iterable[CheckResult]) -> Iterable[str]:
    return (result.reason for result in results if result.outcome is not Outcome.PASSED or result.finding)


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()
