"""A verdict as bytes: the unsigned report, an in-toto statement about the artifact, for every outcome.

    {"_type": "https://in-toto.io/Statement/v1",
     "subject": [{"name": …, "digest": {…}}],
     "predicateType": "<base>/report/v1",
     "predicate": {"outcome": …, "level": …, "tracks": […], "checks": […], "policy": …, "trust": […], …}}

The bytes are canonical JSON (JCS): one verdict has one report, anywhere, always. Nothing here signs it, and nothing
that varies from run to run is in it. Where nothing was measured there is no subject.

Spec: countersign design, section 10; RFC 8785; schema in docs/schemas/report.schema.json
"""

from __future__ import annotations

from typing import Any

import rfc8785

from attestations.faults import Place

from .policy.plain import format_time
from .reasons import REASONS
from .uris import TYPE_BASE
from .verdict import CheckResult, TrustReference, Verdict


def render_report(verdict: Verdict, *, base: str = TYPE_BASE) -> bytes:
    """The report of `verdict`; `base` is the URI base of our types, without a slash at its end."""
    artifact = verdict.artifact
    digests = {digest.algorithm: digest.hex for digest in artifact.digests}
    return rfc8785.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": artifact.name, "digest": digests}] if digests else [],
            "predicateType": f"{base}/report/v1",
            "predicate": _predicate(verdict),
        }
    )


def _predicate(verdict: Verdict) -> dict[str, Any]:
    return {
        "verifier": {"name": "countersign", "version": verdict.version},
        "time": format_time(verdict.now),
        "artifact": _given(name=verdict.artifact.name, size=verdict.artifact.size),
        "policy": {
            "id": verdict.policy.id,
            "version": verdict.policy.version,
            "digest": {verdict.policy.digest.algorithm: verdict.policy.digest.hex},
        },
        "trust": [_trust(reference) for reference in verdict.trust],
        "outcome": verdict.outcome.value,
        "level": verdict.level,
        "tracks": [{"track": track.track, "held": track.held, "why": track.why} for track in verdict.tracks],
        "checks": [_check(result) for result in verdict.results],
        "notAssessed": list(verdict.not_assessed),
        "raisedLimits": list(verdict.raised_limits),
    }


def _trust(reference: TrustReference) -> dict[str, Any]:
    return _given(
        name=reference.name,
        digest={reference.digest.algorithm: reference.digest.hex},
        dated=format_time(reference.dated) if reference.dated is not None else None,
    )


def _check(result: CheckResult) -> dict[str, Any]:
    row = REASONS.get(result.reason)
    return _given(
        check=result.check,
        requirement=result.requirement,
        outcome=result.outcome.value,
        finding=True if result.finding else None,
        reason=result.reason or None,
        title=row.title if row is not None else None,
        remedy=row.remedy if row is not None else None,
        detail=result.detail,
        expected=result.expected,
        actual=result.actual,
        evidence=_evidence(result),
        clause=result.clause or None,
    )


def _evidence(result: CheckResult) -> dict[str, Any] | None:
    if result.cited is None:
        return None
    digest = result.cited.digest
    return {"digest": {digest.algorithm: digest.hex}, **_place(result.cited.place)}


def _place(place: Place) -> dict[str, Any]:
    return _given(name=place.source, pointer=place.pointer, offset=place.offset)


def _given(**members: Any) -> dict[str, Any]:
    """The members that have a value: absent and null are one thing in our formats."""
    return {name: value for name, value in members.items() if value is not None}
