"""Reports and records: the same bytes for the same question, anywhere, and nothing read that was not written so."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import Fault
from attestations.limits import Limits
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from fixtures.recipes.keyed import VENDOR_KEY, envelope, keyed
from fixtures.recipes.scene import OTHER, POLICY, RELEASE, Scene, scene
from tests.vectors.runner import request as vector_request
from verifier.engine import judge
from verifier.outcome import Outcome
from verifier.policy.plain import plain
from verifier.record import read_record, write_record
from verifier.report import render_report
from verifier.request import Request

from .judging import ask, policy_of, request_of

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
SCENES = {
    "passed": scene(RELEASE.bundle()),
    "failed": scene(OTHER.bundle(), RELEASE.bundle(), b"noise"),
    "incomplete": scene(),
    "error": scene(RELEASE.bundle(), trust=()),
    "keyed": keyed(envelope(VENDOR_KEY), release="7.1.0", size=None),
    "broken policy": scene(RELEASE.bundle(), release=None),
}


def schema(name: str) -> Any:
    """The validator of a schema, with the others beside it to refer to."""
    documents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    base = documents[name]["$id"].rpartition("/")[0]
    resources = [(f"{base}/{other}", document) for other, document in documents.items()]
    registry = jsonschema_rs.Registry(resources)
    return jsonschema_rs.Draft202012Validator(documents[name], registry=registry)


def recorded(scene: Scene) -> tuple[Request, bytes, bytes]:
    """A request, its report, and the record of both."""
    request = request_of(scene)
    report = render_report(judge(request))
    return request, report, write_record(request, report)


@pytest.mark.parametrize("reverse", [False, True], ids=["by name", "backwards"])
def test_the_order_in_which_a_policy_names_things_changes_no_byte(reverse: bool) -> None:
    """A record holds the policy in its canonical form, and must come to the same first difference."""
    wrong = {"path": "elsewhere", "ref": {"of": "another", "kind": "b"}, "repository": "https://github.com/mallory"}
    ordered = dict(sorted(wrong.items(), reverse=reverse))
    policy = POLICY.set("/require/0/parameters", {"workflow": ordered})
    _, report, record = recorded(scene(RELEASE.bundle(), policy=policy))
    again, kept = read_record(record, "record")
    assert render_report(judge(again)) == kept == report
    expected = POLICY.set("/require/0/parameters", {"workflow": wrong})
    assert report == render_report(judge(request_of(scene(RELEASE.bundle(), policy=expected))))


# --- reports


@pytest.mark.parametrize("name", SCENES)
def test_every_outcome_has_a_report_by_the_schema(name: str) -> None:
    report = render_report(ask(SCENES[name]))
    assert list(schema("report.schema.json").iter_errors(json.loads(report))) == []
    assert rfc8785.dumps(json.loads(report)) == report


def test_the_report_of_every_vector_keeps_the_schema_and_replays() -> None:
    """All vectors that judge: whatever the evidence does, report and record are well-formed, and say it again."""
    reports, records = schema("report.schema.json"), schema("record.schema.json")
    wrong: dict[str, object] = {}
    for path in sorted(VECTORS.rglob(CASE)):
        case = read_case(path.parent)
        if not isinstance(case, VerdictCase):
            continue
        try:
            request = vector_request(case, path.parent)
        except Fault:
            continue
        report = render_report(judge(request))
        record = write_record(request, report)
        errors = [*reports.iter_errors(json.loads(report)), *records.iter_errors(json.loads(record))]
        again, said = read_record(record, "vector.record")
        if errors or again != request or said != report or render_report(judge(again)) != report:
            wrong[str(path)] = errors
    assert wrong == {}


def test_t12_a_report_is_about_the_exact_digest() -> None:
    report = json.loads(render_report(ask(SCENES["passed"])))
    assert report["subject"] == [{"name": RELEASE.name, "digest": {"sha256": RELEASE.sha256}}]
    assert report["predicateType"] == "https://countersign.example/types/report/v1"


def test_a_service_reports_under_its_own_base() -> None:
    report = json.loads(render_report(ask(SCENES["passed"]), base="https://assurer.example/types"))
    assert report["predicateType"] == "https://assurer.example/types/report/v1"


def test_each_refusal_says_what_was_wanted_where_it_stood_and_what_to_do() -> None:
    changed = scene(RELEASE.bundle(), policy=POLICY.set("/require/0/ref", "refs/tags/v7.2.0"))
    checks = json.loads(render_report(ask(changed)))["predicate"]["checks"]
    (refusal,) = [check for check in checks if check.get("reason") == "source.ref"]
    assert (refusal["expected"], refusal["actual"]) == ("refs/tags/v7.2.0", "refs/tags/v7.1.0")
    assert refusal["evidence"]["pointer"] == "/predicate/buildDefinition/externalParameters/workflow/ref"
    assert refusal["remedy"]
    assert refusal["clause"]
    assert refusal["requirement"] == 0


# --- records


@pytest.mark.parametrize("name", SCENES)
def test_a_record_keeps_the_schema_and_reads_back_whole(name: str) -> None:
    request, report, record = recorded(SCENES[name])
    assert list(schema("record.schema.json").iter_errors(json.loads(record))) == []
    assert read_record(record, "x.record") == (request, report)
    assert write_record(*read_record(record, "x.record")) == record


@pytest.mark.parametrize("name", SCENES)
def test_t73_replay_says_what_was_said_then(name: str) -> None:
    _, report, record = recorded(SCENES[name])
    again, _ = read_record(record, "x.record")
    assert render_report(judge(again)) == report


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("now", "2027-03-14T09:00:00Z"),
        ("release", "7.1.1"),
        ("version", "9"),
        ("evidence", []),
        ("trust", []),
    ],
)
def test_t73_another_question_gives_another_report(pointer: str, value: object) -> None:
    """A report belongs to its policy, time, evidence and trust: with any of them changed it is not that report."""
    _, report, record = recorded(SCENES["passed"])
    changed, _ = read_record(rfc8785.dumps(json.loads(record) | {pointer: value}), "x.record")
    assert render_report(judge(changed)) != report


def test_t73_another_policy_gives_another_report() -> None:
    _, report, record = recorded(SCENES["passed"])
    other = plain(policy_of(POLICY.set("/version", 4)))
    changed, _ = read_record(rfc8785.dumps(json.loads(record) | {"policy": other}), "x.record")
    assert judge(changed).outcome is Outcome.PASSED
    assert render_report(judge(changed)) != report


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("format", "countersign.record/2", "record.format"),
        ("more", 1, "record.malformed"),
        ("now", "2026-03-14T09:00:00+01:00", "record.malformed"),
        ("now", "2026-03-14 09:00:00Z", "record.malformed"),
        ("now", 0, "record.malformed"),
        ("evidence", [{"name": "x"}], "record.malformed"),
        ("evidence", [{"name": "x", "content": "e30"}], "record.malformed"),
        ("evidence", [{"name": "x", "content": "e30=", "dated": "2026-03-14T09:00:00Z"}], "record.malformed"),
        ("artifact", {"name": "x", "digests": ["md5:00"]}, "record.malformed"),
        ("artifact", {"name": "x", "digests": [f"sha512:{'0' * 128}", f"sha256:{'0' * 64}"]}, "record.malformed"),
        ("artifact", {"name": "x", "digests": [], "size": -1}, "record.malformed"),
        ("artifact", {"name": "x", "digests": [], "size": 1 << 53}, "record.malformed"),
        ("artifact", {"name": "x", "digests": [], "size": "1"}, "record.malformed"),
        ("limits", {}, "record.malformed"),
        ("limits", msgspec.structs.asdict(Limits(bundle=1 << 53)), "record.malformed"),
        ("report", "!", "record.malformed"),
        ("policy", {"format": "countersign.policy/1"}, "policy.missing"),
        ("policy", [], "record.malformed"),
    ],
)
def test_t94_a_record_is_read_as_it_is_written_or_not_at_all(member: str, value: object, reason: str) -> None:
    record = json.loads(recorded(SCENES["passed"])[2]) | {member: value}
    with pytest.raises(Fault) as caught:
        read_record(json.dumps(record).encode(), "x.record")
    assert caught.value.reason == reason
    assert caught.value.place.source.startswith("x.record")


def test_a_limit_of_a_record_is_kept() -> None:
    with pytest.raises(Fault) as caught:
        read_record(b"{}" * 10, "x.record", Limits(record=10))
    assert caught.value.reason == "limit.record"


@given(st.integers(0, 4_000), st.binary(max_size=3))
def test_a_damaged_record_is_refused_or_says_something_else(at: int, patch: bytes) -> None:
    """No damage crashes the reader, and none leaves the question as it was while it changes a byte."""
    _, _, record = recorded(SCENES["keyed"])
    damaged = record[:at] + patch + record[at + len(patch) :]
    try:
        read = read_record(damaged, "x.record")
    except Fault:
        return
    assert (write_record(*read) == record) == (json.loads(damaged) == json.loads(record))


def test_moments_keep_their_fractions() -> None:
    moment = datetime.datetime(2026, 3, 14, 9, 0, 0, 120_000, tzinfo=datetime.UTC)
    request = request_of(SCENES["passed"], now=moment)
    again, _ = read_record(write_record(request, b""), "x.record")
    assert again.now == moment
