"""Verdicts as a SARIF 2.1.0 log, for what shows the findings of tools: code scanning, editors, dashboards.

    result of a check               kind   level
    passed                          pass   none
    a finding                       fail   warning
    failed, missing, undecided      fail   error

What is missing or could not be decided is no "open" result, which many readers do not show: a log in which no error is
to be seen means PASSED and nothing else. `properties.outcome` tells the three apart.

Spec: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

import msgspec

from attestations.digests import Digest, DigestSet
from verifier.outcome import Outcome, combine
from verifier.reasons import REASONS
from verifier.report import render_report
from verifier.verdict import CheckResult, Verdict

from ..version import VERSION
from .sarif_model import (
    SCHEMA,
    Artifact,
    ArtifactLocation,
    Driver,
    Invocation,
    Location,
    Log,
    LogicalLocation,
    Message,
    PhysicalLocation,
    Region,
    Result,
    Rule,
    Run,
    Tool,
)

FINGERPRINT = "countersign/v1"
"""Under this name a result has the same value in each run about the same bytes, evidence and question."""

_NOTHING = "artifact"
"""The check that asks for something to judge."""

_HASHES = {"sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}
"""Our names of digests in SARIF's, which are those of IANA (section 3.24.11)."""


def sarif(verdicts: Sequence[Verdict]) -> bytes:
    """One log with one run: each result of each verdict, the artifacts and the evidence that they speak of."""
    listed = _Listed()
    combined = combine(verdict.outcome for verdict in verdicts)
    results = [listed.result(verdict, result) for verdict in verdicts for result in verdict.results]
    if not verdicts:
        results.append(listed.nothing())
    run = Run(
        tool=Tool(Driver("countersign", VERSION, tuple(listed.rules.values()))),
        invocations=(Invocation(combined is not Outcome.ERROR, combined.exit_code, combined.value),),
        artifacts=tuple(listed.artifacts.values()),
        results=tuple(results),
        column_kind="unicodeCodePoints",
        properties={"outcome": combined.value, "verdicts": [_verdict(verdict) for verdict in verdicts]},
    )
    return msgspec.json.format(msgspec.json.encode(Log(SCHEMA, "2.1.0", (run,))), indent=2) + b"\n"


class _Listed:
    """The rules and artifacts that results refer to by number, each listed when it is first met."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.artifacts: dict[tuple[str, str], Artifact] = {}
        self._numbers: dict[str, int] = {}

    def nothing(self) -> Result:
        """The result of a run that met no artifact: nothing to check is never passed."""
        return Result(
            rule_id=_NOTHING,
            rule_index=self._rule(_NOTHING),
            kind="fail",
            level="error",
            message=Message("nothing was there to be judged"),
            partial_fingerprints={FINGERPRINT: hashlib.sha256(_NOTHING.encode()).hexdigest()},
            properties={"check": _NOTHING, "outcome": Outcome.INCOMPLETE.value},
        )

    def result(self, verdict: Verdict, result: CheckResult) -> Result:
        target = self._artifact(verdict.artifact.name, verdict.artifact.digests, verdict.artifact.size)
        kind, level = _standing(result)
        rule = result.reason or result.check
        return Result(
            rule_id=rule,
            rule_index=self._rule(rule),
            kind=kind,
            level=level,
            message=Message(_sentence(result)),
            analysis_target=target,
            locations=(self._location(result, target),),
            partial_fingerprints={FINGERPRINT: _fingerprint(verdict, result)},
            properties=_properties(result),
        )

    def _location(self, result: CheckResult, target: ArtifactLocation) -> Location:
        if result.cited is None:
            return Location(PhysicalLocation(target))
        place = result.cited.place
        file = self._artifact(place.source, DigestSet((result.cited.digest,)), None)
        region = Region(place.offset) if place.offset is not None else None
        named = (LogicalLocation(place.pointer),) if place.pointer else None
        return Location(PhysicalLocation(file, region), named)

    def _artifact(self, name: str, digests: DigestSet, size: int | None) -> ArtifactLocation:
        """Where a file stands in the list. Two files of one name and other bytes are two."""
        uri = _uri(name)
        key = (uri, " ".join(map(str, digests)))
        if key not in self.artifacts:
            place = ArtifactLocation(uri, len(self.artifacts))
            self.artifacts[key] = Artifact(place, size, dict(_hashes(digests)) or None)
        return self.artifacts[key].location

    def _rule(self, code: str) -> int:
        if code not in self.rules:
            self._numbers[code] = len(self.rules)
            self.rules[code] = _rule(code)
        return self._numbers[code]


def _rule(code: str) -> Rule:
    row = REASONS.get(code)
    if row is None:
        return Rule(code, Message(f"The check {code}"))
    return Rule(code, Message(row.title), Message(row.remedy), {"outcome": row.outcome.value, "kind": row.kind})


def _standing(result: CheckResult) -> tuple[str, str]:
    """The kind of a result and its level."""
    if result.finding:
        return "fail", "warning"
    return ("pass", "none") if result.outcome is Outcome.PASSED else ("fail", "error")


def _sentence(result: CheckResult) -> str:
    """What a reader shows of a result: never empty, as a message must not be (section 3.11.8)."""
    parts = [result.detail or result.check]
    if result.expected is not None and result.outcome is not Outcome.PASSED:
        parts.append(f"expected {result.expected}")
    if result.actual is not None and result.outcome is not Outcome.PASSED:
        parts.append(f"actual {result.actual}")
    return "; ".join(parts)


def _properties(result: CheckResult) -> dict[str, object]:
    given = {
        "check": result.check,
        "outcome": result.outcome.value,
        "requirement": result.requirement,
        "expected": result.expected,
        "actual": result.actual,
        "clause": result.clause or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _verdict(verdict: Verdict) -> dict[str, object]:
    """What a report says of a verdict besides its checks, which are the results: nothing is lost on the way."""
    predicate: dict[str, object] = msgspec.json.decode(render_report(verdict))["predicate"]
    return {name: value for name, value in predicate.items() if name != "checks"}


def _fingerprint(verdict: Verdict, result: CheckResult) -> str:
    parts: list[object] = [sorted(map(str, verdict.artifact.digests)), result.check, result.reason, result.requirement]
    if result.cited is not None:
        parts += [str(result.cited.digest), result.cited.place.pointer, result.cited.place.offset]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _hashes(digests: Iterable[Digest]) -> Iterator[tuple[str, str]]:
    for digest in digests:
        yield _HASHES.get(digest.algorithm, digest.algorithm), digest.hex


def _uri(name: str) -> str:
    """A file's name as a URI: of a file where it is absolute, else a reference that no reader takes for a scheme."""
    path = quote(name, safe="/", errors="backslashreplace")
    return f"file:///{path.lstrip('/')}" if name.startswith("/") else path
