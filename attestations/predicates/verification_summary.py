"""SLSA verification summaries (VSA): a verifier's word that an artifact met a policy, so that others need not look.

    {"verifier": {"id": …}, "timeVerified": …, "resourceUri": …, "policy": {"uri": …, "digest": {…}},
     "verificationResult": "PASSED" | "FAILED", "verifiedLevels": ["SLSA_BUILD_LEVEL_2", …]}

`policy`, which the specification requires, is read as absent where it is: issuers leave it out, and who needs it asks
for it. Members that this file does not name are ignored, as the specification asks of readers.

Spec: SLSA v1.2, Verification Summary Attestation, https://slsa.dev/spec/v1.2/verification_summary
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ..resources import Resource, parse_resource
from ..statements import Claim
from ..strict_json import Node

PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"

RESULTS = ("PASSED", "FAILED")

_LEVEL = re.compile(r"SLSA_(?P<track>[A-Z0-9_]+)_LEVEL_(?P<number>[0-9]{1,3}|UNEVALUATED)\Z", re.ASCII)


class VerificationSummary(Struct, frozen=True):
    """A summary as its predicate says it. `time` is aware, in UTC; None where it is not stated.

    `extensions` are the members that are named by a URI, as issuers may add them.
    """

    verifier: Claim
    time: datetime.datetime | None
    resource: Claim
    policy: Resource | None
    result: Claim
    levels: tuple[Claim, ...]
    extensions: Mapping[str, Any]


def read(predicate: Node) -> VerificationSummary:
    """Read the predicate.

    Raises:
        FormatFault: ``json.*`` (also for an empty verifier or resource, another result than `RESULTS`, and two levels
            of one SLSA track), ``digest.value``, ``resource.empty``.
    """
    policy, time = predicate.given("policy"), predicate.given("timeVerified")
    result = _claim(predicate.field("verificationResult"))
    if result.value not in RESULTS:
        raise predicate.field("verificationResult").fault("json.value", "not a result", expected=" or ".join(RESULTS))
    return VerificationSummary(
        verifier=_claim(predicate.field("verifier").field("id")),
        time=read_time(time) if time is not None else None,
        resource=_claim(predicate.field("resourceUri")),
        policy=parse_resource(policy) if policy is not None else None,
        result=result,
        levels=read_levels(predicate.field("verifiedLevels")),
        extensions={name: value for name, value in predicate.object().items() if "://" in name},
    )


def read_levels(node: Node) -> tuple[Claim, ...]:
    """The verified levels: texts, at most one a SLSA track.

    Raises:
        FormatFault: ``json.type``, ``json.value``.
    """
    levels = tuple(_claim(item) for item in node.items())
    tracks = [match["track"] for level in levels if (match := _LEVEL.match(level.value))]
    if len(tracks) != len(set(tracks)):
        raise node.fault("json.value", "two levels of one SLSA track")
    return levels


def read_time(node: Node) -> datetime.datetime:
    """A moment in RFC 3339, with its zone; fractions finer than a microsecond are cut off.

    Raises:
        FormatFault: ``json.type``, ``json.value``.
    """
    parts = _TIME.fullmatch(node.text())
    try:
        if parts is None:
            raise ValueError
        zone = parts["zone"].upper().replace("Z", "+00:00")
        moment = datetime.datetime.fromisoformat(f"{parts['day']}T{parts['second']}{(parts['part'] or '')[:7]}{zone}")
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise node.fault("json.value", "not a moment", expected="RFC 3339: 2026-01-01T00:00:00Z") from None


_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<second>[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<part>\.[0-9]{1,12})?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


def _claim(node: Node) -> Claim:
    if not node.text():
        raise node.fault("json.value", "an empty text")
    return Claim(node.value, node.pointer)
