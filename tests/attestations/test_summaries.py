"""Summaries of verdicts, as others and we write them: what is read, and what is refused."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from attestations.faults import FormatFault
from attestations.predicates import SimpleResult, VerificationSummary, read_predicate
from attestations.predicates.verification_summary import read_time
from attestations.statements import Statement
from attestations.strict_json import Node

VSA: dict[str, Any] = {
    "verifier": {"id": "https://audit.example/verifier/v1", "version": {"other": "1"}},
    "timeVerified": "2026-03-14T09:00:00.351608Z",
    "resourceUri": "pkg:generic/acme/endpoint@7.1.0",
    "policy": {"uri": "https://audit.example/policy", "digest": {"sha256": "ab" * 32}},
    "verificationResult": "PASSED",
    "verifiedLevels": ["BCID_L1", "SLSA_BUILD_LEVEL_2"],
    "https://audit.example/more": {"a": 1},
    "unknown": 1,
}
SVR: dict[str, Any] = {
    "verifier": {"id": "https://audit.example/verifier/v1", "policies": []},
    "timeCreated": "2026-03-14T09:00:00Z",
    "properties": ["VI_SIGNED_1"],
}
VSA_TYPE = "https://slsa.dev/verification_summary/v1"
SVR_TYPE = "https://in-toto.io/attestation/svr/v0.2"
SVR_OLDER = "https://in-toto.io/attestation/svr/v0.1"


def read(kind: str, predicate: dict[str, Any]) -> object:
    return read_predicate(Statement("https://in-toto.io/Statement/v1", (), kind, predicate), source="file")


def test_a_summary_is_read() -> None:
    summary = read(VSA_TYPE, VSA)
    assert isinstance(summary, VerificationSummary)
    assert (summary.verifier.value, summary.verifier.pointer) == (VSA["verifier"]["id"], "/predicate/verifier/id")
    assert summary.time == datetime.datetime(2026, 3, 14, 9, 0, 0, 351608, datetime.UTC)
    assert [level.value for level in summary.levels] == ["BCID_L1", "SLSA_BUILD_LEVEL_2"]
    assert summary.policy is not None
    assert summary.policy.uri == "https://audit.example/policy"
    assert dict(summary.extensions) == {"https://audit.example/more": {"a": 1}}


def test_a_summary_may_leave_out_policy_and_time() -> None:
    summary = read(VSA_TYPE, {name: VSA[name] for name in VSA if name not in ("policy", "timeVerified")})
    assert isinstance(summary, VerificationSummary)
    assert (summary.policy, summary.time) == (None, None)


@pytest.mark.parametrize(
    ("changed", "reason", "pointer"),
    [
        ({"verifier": {"id": ""}}, "json.value", "/predicate/verifier/id"),
        ({"verifier": {}}, "json.missing", "/predicate/verifier/id"),
        ({"resourceUri": ""}, "json.value", "/predicate/resourceUri"),
        ({"resourceUri": 1}, "json.type", "/predicate/resourceUri"),
        ({"verificationResult": "passed"}, "json.value", "/predicate/verificationResult"),
        ({"verifiedLevels": "SLSA_BUILD_LEVEL_3"}, "json.type", "/predicate/verifiedLevels"),
        ({"verifiedLevels": [""]}, "json.value", "/predicate/verifiedLevels/0"),
        (
            {"verifiedLevels": ["SLSA_BUILD_LEVEL_1", "SLSA_BUILD_LEVEL_3"]},
            "json.value",
            "/predicate/verifiedLevels",
        ),
        ({"timeVerified": "2026-03-14"}, "json.value", "/predicate/timeVerified"),
        ({"policy": {"digest": {"sha256": "abc"}}}, "digest.value", "/predicate/policy/digest/sha256"),
    ],
)
def test_a_summary_that_breaks_the_format_is_refused(changed: dict[str, Any], reason: str, pointer: str) -> None:
    with pytest.raises(FormatFault) as refused:
        read(VSA_TYPE, VSA | changed)
    assert (refused.value.reason, refused.value.place.pointer) == (reason, pointer)


@pytest.mark.parametrize("name", ["verifier", "resourceUri", "verificationResult", "verifiedLevels"])
def test_what_the_specification_requires_of_a_summary_is_required(name: str) -> None:
    with pytest.raises(FormatFault) as refused:
        read(VSA_TYPE, {key: value for key, value in VSA.items() if key != name})
    assert refused.value.reason == "json.missing"


def test_simple_results_of_both_versions_are_read() -> None:
    result = read(SVR_TYPE, SVR)
    assert isinstance(result, SimpleResult)
    assert [claim.value for claim in result.properties] == ["VI_SIGNED_1"]
    older = read(SVR_OLDER, SVR | {"verifier": {"id": "https://audit.example/verifier/v1"}})
    assert isinstance(older, SimpleResult)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"verifier": {"id": "https://audit.example"}}, "json.missing"),
        ({"timeCreated": "yesterday"}, "json.value"),
        ({"properties": [1]}, "json.type"),
        ({"properties": [""]}, "json.value"),
    ],
)
def test_a_simple_result_that_breaks_the_format_is_refused(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(FormatFault) as refused:
        read(SVR_TYPE, SVR | changed)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-14T11:00:00+02:00", datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)),
        ("2026-03-14t09:00:00.123456789z", datetime.datetime(2026, 3, 14, 9, 0, 0, 123456, datetime.UTC)),
        ("2026-03-14T09:00:00.5Z", datetime.datetime(2026, 3, 14, 9, 0, 0, 500000, datetime.UTC)),
    ],
)
def test_moments_are_read_in_any_zone(text: str, moment: datetime.datetime) -> None:
    assert read_time(Node(text)) == moment


@pytest.mark.parametrize(
    "text", ["2026-02-30T09:00:00Z", "2026-03-14 09:00:00Z", "2026-03-14T09:00:00", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(FormatFault):
        read_time(Node(text))
