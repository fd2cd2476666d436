"""A report read back: the verdict that it was written from, or a refusal. Nothing in it is believed for being there.

    bytes ──strict JSON──► Verdict ──render_report──► the same bytes

A reader that took a field it does not know, or a title that our table does not give, would show people something else
than was judged. So the verdict that is read must write exactly the report that it was read from.

Spec: countersign design, section 10; schema in docs/schemas/report.schema.json
"""

from __future__ import annotations

import datetime

from attestations.digests import Digest, DigestSet, parse_digest_set
from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.strict_json import Node

from .faults import VerdictFault
from .outcome import Outcome
from .policy.plain import format_time
from .reasons import REASONS
from .report import render_report
from .report_diff import read_report
from .verdict import Artifact, CheckResult, Cited, PolicyReference, TrackResult, TrustReference, Verdict


def read_verdict(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """The verdict whose report `data` is, byte for byte. `source` is the report's name for people.

    Raises:
        VerdictFault: ``verdict.unknown``, also for a report that this version would write otherwise.
        FormatFault: ``json.*``, ``digest.*``.
        LimitFault: ``limit.record``, ``limit.depth``.
    """
    report = read_report(data, source=source, limits=limits)
    verdict = _verdict(report.field("predicate"), _digests(report.field("subject")))
    if render_report(verdict) != data:
        raise VerdictFault("verdict.unknown", "a report that this version would not write", place=Place(source, ""))
    return verdict


def _digests(subject: Node) -> DigestSet:
    subjects = tuple(subject.items())
    if len(subjects) > 1:
        raise subject.fault("json.value", "one artifact has one subject", expected="at most one")
    return parse_digest_set(subjects[0].field("digest")) if subjects else DigestSet(())


def _verdict(node: Node, digests: DigestSet) -> Verdict:
    artifact, policy = node.field("artifact"), node.field("policy")
    size = artifact.get("size")
    return Verdict(
        outcome=_outcome(node.field("outcome")),
        artifact=Artifact(artifact.field("name").text(), digests, size.integer() if size is not None else None),
        results=tuple(map(_result, node.field("checks").items())),
        tracks=tuple(map(_track, node.field("tracks").items())),
        level=node.field("level").text(),
        policy=PolicyReference(
            policy.field("id").text(), policy.field("version").integer(), _digest(policy.field("digest"))
        ),
        trust=tuple(map(_trust, node.field("trust").items())),
        now=_time(node.field("time")),
        not_assessed=tuple(item.text() for item in node.field("notAssessed").items()),
        raised_limits=tuple(item.text() for item in node.field("raisedLimits").items()),
        version=node.field("verifier").field("version").text(),
    )


def _track(node: Node) -> TrackResult:
    return TrackResult(node.field("track").text(), node.field("held").boolean(), node.field("why").text())


def _trust(node: Node) -> TrustReference:
    dated = node.get("dated")
    return TrustReference(
        node.field("name").text(), _digest(node.field("digest")), _time(dated) if dated is not None else None
    )


def _result(node: Node) -> CheckResult:
    requirement, finding, evidence = node.get("requirement"), node.get("finding"), node.get("evidence")
    reason = _text(node, "reason") or ""
    if reason and reason not in REASONS:
        raise node.field("reason").fault("json.value", "no reason of ours")
    return CheckResult(
        check=node.field("check").text(),
        outcome=_outcome(node.field("outcome")),
        reason=reason,
        detail=node.field("detail").text(),
        expected=_text(node, "expected"),
        actual=_text(node, "actual"),
        cited=_cited(evidence) if evidence is not None else None,
        requirement=requirement.integer() if requirement is not None else None,
        finding=finding is not None and finding.boolean(),
        clause=_text(node, "clause") or "",
    )


def _cited(node: Node) -> Cited:
    offset = node.get("offset")
    place = Place(node.field("name").text(), _text(node, "pointer"), offset.integer() if offset is not None else None)
    return Cited(_digest(node.field("digest")), place)


def _text(node: Node, name: str) -> str | None:
    value = node.get(name)
    return value.text() if value is not None else None


def _digest(node: Node) -> Digest:
    """The one digest in a set of one."""
    digests = parse_digest_set(node)
    if len(digests.digests) != 1:
        raise node.fault("json.value", "one digest must stand here")
    return digests.digests[0]


def _outcome(node: Node) -> Outcome:
    try:
        return Outcome(node.text())
    except ValueError:
        raise node.fault("json.value", "no outcome", expected=", ".join(each.value for each in Outcome)) from None


def _time(node: Node) -> datetime.datetime:
    try:
        time = datetime.datetime.fromisoformat(node.text())
    except ValueError:
        time = None
    if time is None or time.utcoffset() != datetime.timedelta(0) or format_time(time) != node.text():
        raise node.fault("json.value", "not a time", expected="RFC 3339 in UTC: 2026-01-01T00:00:00Z")
    return time.astimezone(datetime.UTC)
