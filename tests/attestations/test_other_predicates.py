"""Test results and references: what they say, and what they may not."""

from __future__ import annotations

from typing import Any

import pytest

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.predicates import Reference, ResultsOfTests, read_predicate
from attestations.predicates.reference import PREDICATE_TYPE as REFERENCE
from attestations.predicates.test_result import PREDICATE_TYPE as TESTS
from attestations.statements import Claim, Statement, Subject

SUBJECT = Subject("endpoint.exe", DigestSet((Digest("sha256", "ab" * 32),)))
SHORTEST: dict[str, Any] = {"result": "PASSED", "configuration": []}
MEANT = {
    "downloadLocation": "https://acme.example/endpoint.cdx.json",
    "digest": {"sha256": "cd" * 32},
    "mediaType": "application/vnd.cyclonedx+json",
}
REFERRING: dict[str, Any] = {"attester": {"id": "https://acme.example"}, "references": [MEANT]}


def read(kind: str, predicate: dict[str, Any]) -> object:
    return read_predicate(Statement("https://in-toto.io/Statement/v1", (SUBJECT,), kind, predicate))


def test_results_list_tests_by_what_they_came_to() -> None:
    lists = {"passedTests": ["a", "b"], "warnedTests": ["c"], "failedTests": ["d"], "url": "https://acme.example/1"}
    configuration = [{"name": "ci.yml", "digest": {"gitBlob": "0" * 40}}]
    found = read(TESTS, {"result": "FAILED", "configuration": configuration, **lists})
    assert isinstance(found, ResultsOfTests)
    assert (found.result, found.passed, found.warned, found.failed) == (
        Claim("FAILED", "/predicate/result"),
        ("a", "b"),
        ("c",),
        ("d",),
    )
    assert [each.name for each in found.configuration] == ["ci.yml"]


def test_results_may_list_nothing() -> None:
    assert read(TESTS, SHORTEST) == ResultsOfTests(Claim("PASSED", "/predicate/result"), (), (), (), ())


def test_a_reference_means_documents_by_digest() -> None:
    found = read(REFERENCE, REFERRING)
    assert isinstance(found, Reference)
    assert found.attester == Claim("https://acme.example", "/predicate/attester/id")
    assert [each.digests.get("sha256") for each in found.references] == [Digest("sha256", "cd" * 32)]


@pytest.mark.parametrize(
    ("kind", "predicate", "reason"),
    [
        (TESTS, {"configuration": []}, "json.missing"),
        (TESTS, {"result": "PASSED"}, "json.missing"),
        (TESTS, SHORTEST | {"result": "passed"}, "json.value"),
        (TESTS, SHORTEST | {"result": True}, "json.type"),
        (TESTS, SHORTEST | {"failedTests": [1]}, "json.type"),
        (TESTS, SHORTEST | {"configuration": [{"name": "ci.yml"}]}, "resource.empty"),
        (REFERENCE, REFERRING | {"attester": {"id": ""}}, "json.value"),
        (REFERENCE, REFERRING | {"attester": {}}, "json.missing"),
        (REFERENCE, REFERRING | {"references": {}}, "json.type"),
        (REFERENCE, REFERRING | {"references": [{"digest": MEANT["digest"]}]}, "json.missing"),
        (REFERENCE, REFERRING | {"references": [MEANT | {"digest": {"sha256": "AB" * 32}}]}, "digest.value"),
    ],
)
def test_what_is_broken_is_refused(kind: str, predicate: dict[str, Any], reason: str) -> None:
    with pytest.raises(Fault) as caught:
        read(kind, predicate)
    assert caught.value.reason == reason
