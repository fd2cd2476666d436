"""Each check by itself: what it takes, what it refuses, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from attestations.digests import Digest, DigestSet
from attestations.predicates.provenance import Provenance, SourceClaims, Tree
from attestations.statements import Claim, Subject
from fixtures.recipes.scene import RELEASE
from verifier.authenticated import Authenticated, CertificateSigner, KeySigner
from verifier.checks.check import Attestation
from verifier.checks.level import check_level
from verifier.checks.parameters import check_inputs, check_parameters, differences
from verifier.checks.statements import CHECKS
from verifier.checks.threshold import check_threshold
from verifier.faults import CheckFault
from verifier.policy.model import Exact, ExpectedValue, LevelRequirement, Pattern, ProvenanceRequirement
from verifier.verdict import TrackResult

from ..values import replace
from .authenticating import evidence

ZERO = Digest("sha256", "0" * 64)
COMMIT = "8f" * 20
SOURCE = SourceClaims(
    uri=(Claim("git+https://github.com/acme/endpoint", "/uri"), Claim("https://github.com/acme/endpoint.git", "/m")),
    ref=(Claim("refs/tags/v7.1.0", "/ref"),),
    tag=(Claim("v7.1.0", "/ref"),),
    commit=(Claim(COMMIT, "/sha"),),
)
CLAIMS = {
    "source-repository-uri": "https://github.com/acme/endpoint",
    "source-repository-ref": "refs/tags/v7.1.0",
    "source-repository-digest": COMMIT,
}


def attestation(
    source: SourceClaims = SOURCE,
    *,
    claims: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    names: tuple[str, ...] = ("endpoint.exe",),
) -> Attestation:
    """Provenance that was authenticated: under a key, or with `claims` under a certificate that makes them."""
    signer = KeySigner(ZERO) if claims is None else CertificateSigner(("x",), "https://i", claims, "ca", ZERO, ZERO)
    provenance = Provenance(
        "https://slsa.dev/provenance/v1",
        builder=Claim("https://builder.example/a", "/builder"),
        build_type=Claim("https://type.example/a", "/type"),
        source=source,
        parameters=Tree(parameters or {}, "/p"),
        inputs=Tree(inputs, "/i") if inputs is not None else None,
    )
    authenticated = Authenticated(evidence(RELEASE.bundle()), signer, (), (), (), None, None)
    return Attestation(authenticated, tuple(Subject(name, DigestSet(())) for name in names), provenance)


def run(field: str | None, expected: object, about: Attestation) -> str:
    """What the check that the policy field asks for says: its reason, "" where it passes."""
    (check,) = [check for check in CHECKS if check.field == field]
    try:
        check.run(expected, about)
    except CheckFault as fault:
        return fault.reason
    return ""


@pytest.mark.parametrize(
    ("field", "expected", "reason"),
    [
        ("builder", Exact("https://builder.example/a"), ""),
        ("builder", Exact("https://builder.example/"), "builder.mismatch"),
        ("builder", Pattern(r"^https://builder\.example/[ab]$"), ""),
        ("build_type", Exact("https://type.example/a"), ""),
        ("build_type", Exact("https://type.example/A"), "build_type.mismatch"),
        ("source", Exact("https://github.com/acme/endpoint"), ""),
        ("source", Exact("git+https://github.com/acme/endpoint"), ""),
        ("source", Pattern(r"^git\+https://github\.com/acme/[a-z]+$"), ""),
        ("source", Exact("https://github.com/acme/endpoint-evil"), "source.uri"),
        ("source", Exact("https://github.com/Acme/endpoint"), "source.uri"),
        ("source", Exact("http://github.com/acme/endpoint"), "source.uri"),
        ("ref", Exact("refs/tags/v7.1.0"), ""),
        ("ref", Exact("v7.1.0"), "source.ref"),
        ("tag", Exact("v7.1.0"), ""),
        ("tag", Exact("v7.1"), "source.tag"),
        ("versioned_tag", "v7.1", ""),
        ("versioned_tag", "v7.2", "source.versioned_tag"),
        ("branch", Exact("main"), "source.branch"),
        ("commit", Exact(COMMIT), ""),
        ("commit", Exact("9f" * 20), "source.commit"),
        ("subject", Exact("endpoint.exe"), ""),
        ("subject", Exact("endpoint"), "subject.name"),
    ],
)
def test_a_claim_is_the_one_expected_or_it_is_refused(field: str, expected: object, reason: str) -> None:
    assert run(field, expected, attestation()) == reason
    assert run(field, expected, attestation(claims=CLAIMS)) == reason


@pytest.mark.parametrize(
    ("field", "expected", "reason"),
    [
        ("source", Exact("https://github.com/acme/endpoint"), "source.uri_missing"),
        ("ref", Exact("refs/tags/v7.1.0"), "source.ref_missing"),
        ("tag", Exact("v7.1.0"), "source.tag_missing"),
        ("versioned_tag", "v7", "source.tag_missing"),
        ("branch", Exact("main"), "source.branch_missing"),
        ("commit", Exact(COMMIT), "source.commit_missing"),
        ("inputs", {"channel": Exact("stable")}, "inputs.missing"),
        ("subject", Exact("endpoint.exe"), "subject.name_missing"),
    ],
)
def test_t65_a_claim_that_is_absent_is_missing_and_never_passed(field: str, expected: object, reason: str) -> None:
    silent = attestation(SourceClaims(), names=())
    assert run(field, expected, silent) == reason


def test_t65_a_certificate_alone_does_not_make_the_statements_claim() -> None:
    assert run("tag", Exact("v7.1.0"), attestation(SourceClaims(), claims=CLAIMS)) == "source.tag_missing"


def test_a_branch_is_no_tag_even_if_it_is_called_like_one() -> None:
    branch = replace(SOURCE, ref=(Claim("refs/heads/v7.1.0", "/ref"),), tag=(), branch=(Claim("v7.1.0", "/ref"),))
    assert run("tag", Exact("v7.1.0"), attestation(branch)) == "source.tag"
    assert run("versioned_tag", "v7", attestation(branch)) == "source.versioned_tag"
    assert run("branch", Exact("v7.1.0"), attestation(branch)) == ""


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("source-repository-uri", "https://github.com/mallory/x", "source", Exact("https://github.com/acme/endpoint")),
        ("source-repository-ref", "refs/tags/v7.0.0", "tag", Exact("v7.1.0")),
        ("source-repository-ref", "refs/tags/v7.0.0", "ref", Exact("refs/tags/v7.1.0")),
        ("source-repository-digest", "9f" * 20, "commit", Exact(COMMIT)),
    ],
)
def test_the_certificate_is_a_second_place_that_must_say_the_same(
    name: str, value: str, field: str, expected: Exact
) -> None:
    """What the CA took from the identity provider's token is held against what the build wrote about itself."""
    liar = attestation(claims=CLAIMS | {name: value})
    assert run(field, expected, liar).startswith("source.")
    assert run(None, None, liar) == "source.contradicted"
    assert run(None, None, attestation(claims=CLAIMS)) == ""


def test_an_older_certificate_of_github_says_it_under_older_names() -> None:
    about = attestation(claims={"github-workflow-repository": "mallory/endpoint"})
    signer = about.authenticated.signer
    assert isinstance(signer, CertificateSigner)
    assert run(None, None, about) == "", "from any other issuer such a claim means what we do not know"
    github = replace(signer, issuer="https://token.actions.githubusercontent.com")
    told = replace(about, authenticated=replace(about.authenticated, signer=github))
    assert run(None, None, told) == "source.contradicted"
    assert run("source", Exact("https://github.com/acme/endpoint"), told) == "source.uri"


@pytest.mark.parametrize("field", ["uri", "ref", "tag", "branch", "commit"])
def test_two_claims_of_one_fact_must_agree(field: str) -> None:
    twice = (Claim("https://one.example/a", "/a"), Claim("https://two.example/a", "/b"))
    assert run(None, None, attestation(replace(SOURCE, **{field: twice}))) == "source.contradicted"


PARAMETERS: Mapping[str, ExpectedValue] = {
    "workflow": {"ref": Exact("refs/tags/v1"), "retries": 3, "debug": False},
    "targets": (Exact("a"), Pattern("^b+$")),
}
GIVEN: dict[str, Any] = {
    "workflow": {"ref": "refs/tags/v1", "retries": 3, "debug": False},
    "targets": ["a", "bb"],
}


def test_all_parameters_as_expected() -> None:
    assert check_parameters(PARAMETERS, attestation(parameters=GIVEN)).pointer == "/p"


@pytest.mark.parametrize(
    ("given", "reason", "pointer"),
    [
        (GIVEN | {"more": None}, "parameters.unexpected", "/p/more"),
        (GIVEN | {"workflow": GIVEN["workflow"] | {"a/b": 1}}, "parameters.unexpected", "/p/workflow/a~1b"),
        ({"workflow": GIVEN["workflow"]}, "parameters.mismatch", "/p/targets"),
        (GIVEN | {"workflow": "refs/tags/v1"}, "parameters.mismatch", "/p/workflow"),
        (GIVEN | {"workflow": GIVEN["workflow"] | {"retries": 3.0}}, "parameters.mismatch", "/p/workflow/retries"),
        (GIVEN | {"workflow": GIVEN["workflow"] | {"retries": "3"}}, "parameters.mismatch", "/p/workflow/retries"),
        (GIVEN | {"workflow": GIVEN["workflow"] | {"debug": 0}}, "parameters.mismatch", "/p/workflow/debug"),
        (GIVEN | {"workflow": GIVEN["workflow"] | {"debug": None}}, "parameters.mismatch", "/p/workflow/debug"),
        (GIVEN | {"targets": ["a", "bb", "c"]}, "parameters.mismatch", "/p/targets"),
        (GIVEN | {"targets": ["bb", "a"]}, "parameters.mismatch", "/p/targets/0"),
        (GIVEN | {"targets": {"0": "a"}}, "parameters.mismatch", "/p/targets"),
        ({}, "parameters.mismatch", "/p/targets"),
    ],
)
def test_one_parameter_more_less_or_other_refutes_the_build(given: Any, reason: str, pointer: str) -> None:
    with pytest.raises(CheckFault) as caught:
        check_parameters(PARAMETERS, attestation(parameters=given))
    assert (caught.value.reason, caught.value.place.pointer) == (reason, pointer)


def test_no_parameters_expected_means_none() -> None:
    assert check_parameters({}, attestation(parameters={}))
    with pytest.raises(CheckFault):
        check_parameters({}, attestation(parameters={"a": 1}))


def test_inputs_may_be_more_and_never_other() -> None:
    given = attestation(inputs={"channel": "stable", "dry": "false"})
    assert check_inputs({"channel": Exact("stable")}, given)
    for wrong in ({"channel": Exact("beta")}, {"absent": Exact("x")}):
        with pytest.raises(CheckFault) as caught:
            check_inputs(wrong, given)
        assert caught.value.reason == "inputs.mismatch"


def test_t24_a_threshold_counts_distinct_groups() -> None:
    assert check_threshold(2, ["a", "b", "a"])
    with pytest.raises(CheckFault) as caught:
        check_threshold(2, ["a", "a", "a"])
    assert caught.value.reason == "threshold.unmet"


@pytest.mark.parametrize(
    ("at_least", "reason"),
    [
        ("VI_LEVEL_0", ""),
        ("VI_LEVEL_1", ""),
        ("VI_SIGNED_1", ""),
        ("VI_BUILD_1", "level.not_reached"),
        ("VI_LEVEL_2", "level.not_assessed"),
        ("VI_REBUILD_1", "level.not_assessed"),
    ],
)
def test_a_level_is_what_the_tracks_add_up_to(at_least: str, reason: str) -> None:
    tracks = (TrackResult("VI_SIGNED_1", True, ""), TrackResult("VI_BUILD_1", False, ""))
    try:
        check_level(LevelRequirement(at_least), tracks)
        got = ""
    except CheckFault as fault:
        got = fault.reason
    assert got == reason


def test_every_field_of_a_requirement_is_checked_by_something() -> None:
    """A field that no check reads would be a constraint that is written and not applied (T21)."""
    asked = {check.field for check in CHECKS} | {"signers", "threshold", "predicate_type", "slsa_build_level"}
    assert set(ProvenanceRequirement.__struct_fields__) == asked - {None}


@pytest.mark.parametrize(
    ("value", "spelled"),
    [(True, "true"), (None, "null"), (["a", 1], '["a",1]'), ("plain", "plain"), ([1 << 20_000], "an array of 1")],
)
def test_a_parameter_is_shown_as_json_has_it(value: object, spelled: str) -> None:
    [(pointer, _, _, found)] = differences({"asked": Exact("other")}, {"asked": value}, "/parameters")
    assert (pointer, found) == ("/parameters/asked", spelled)
