"""Provenance as a builder tells it: by flags, or by what CI says of its run; and keyless signing, with a stand-in."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from api.cli.provenance import ENVIRONMENTS as OFFERED
from api.effects.faults import InputFault, KeyFault
from api.effects.keyless import SigstoreKeyless
from api.usecases.builds import ENVIRONMENTS, github_build
from attestations.predicates import Provenance, read_predicate
from attestations.statements import parse_statement
from fixtures.recipes.scene import RELEASE

from .conftest import Program
from .scene import NAME
from .test_attest import POLICY, payload, release

__all__ = ["release"]

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BUILDER = "https://ci.acme.example/release"
SOURCE = "https://github.com/acme/endpoint"
TOLD = ("--builder", BUILDER, "--source", SOURCE, "--commit", COMMIT)

BUILD_POLICY = POLICY.replace('check = "signed"', f'''check = "provenance"
builder = "{BUILDER}"
source = "{SOURCE}"
tag = "v7.1.0"
build_type = "https://countersign.example/types/build/v1"
commit = "{COMMIT}"''') + '''
[require.parameters]
source = { repository = "https://github.com/acme/endpoint", ref = "refs/tags/v7.1.0" }
inputs = { profile = "release" }
'''  # fmt: skip

VARIABLES = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/endpoint",
    "GITHUB_REF": "refs/tags/v7.1.0",
    "GITHUB_SHA": COMMIT,
    "GITHUB_WORKFLOW_REF": "acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REPOSITORY_ID": "1",
    "GITHUB_REPOSITORY_OWNER_ID": "2",
    "GITHUB_RUN_ID": "3",
    "GITHUB_RUN_ATTEMPT": "1",
    "RUNNER_ENVIRONMENT": "github-hosted",
}


def provenance(statement: bytes) -> Provenance:
    predicate = read_predicate(parse_statement(statement))
    assert isinstance(predicate, Provenance)
    return predicate


def values(claims: tuple[object, ...]) -> set[str]:
    return {claim.value for claim in claims}  # type: ignore[attr-defined]  # claims of any kind have a value


def test_the_environments_that_are_offered_are_those_that_are_read() -> None:
    assert tuple(ENVIRONMENTS) == OFFERED


def test_what_a_builder_tells_passes_the_policy_that_expects_it(release: Path, program: Program) -> None:
    fingerprint = json_key(release)
    (release / "policy.toml").write_text(BUILD_POLICY.replace("{fingerprint}", fingerprint))
    told = (*TOLD, "--tag", "v7.1.0", "--input", "profile=release", "--started", "2026-11-24T09:00:00Z")
    signed = ("--key", "release.key", "--preflight", "policy.toml", "-o", "endpoint.exe.intoto.jsonl")
    ran = program("attest", "provenance", "endpoint.exe", *told, *signed)
    said = "wrote endpoint.exe.intoto.jsonl: a signed statement, which passes policy.toml\n"
    assert (ran.code, ran.text, ran.errors) == (0, said, b"")
    asked = ("--policy", "policy.toml", "--trust", "release.key.pub")
    assert "VI_BUILD_1" in program("verify", "endpoint.exe", *asked).text


@pytest.mark.parametrize(
    "told",
    [("--tag", "v7.1.1", "--input", "profile=release"), ("--tag", "v7.1.0", "--input", "profile=debug"), ()],
    ids=["another tag", "another input", "no ref"],
)
def test_what_the_policy_does_not_expect_is_not_written(release: Path, program: Program, told: tuple[str, ...]) -> None:
    (release / "policy.toml").write_text(BUILD_POLICY.replace("{fingerprint}", json_key(release)))
    signed = ("--key", "release.key", "--preflight", "policy.toml", "-o", "made.jsonl")
    ran = program("attest", "provenance", "endpoint.exe", *TOLD, *told, *signed)
    assert ran.code in {1, 3}
    assert not (release / "made.jsonl").exists()


def json_key(release: Path) -> str:
    """The fingerprint that the policy of the release pins."""
    (line,) = [line for line in (release / "policy.toml").read_text().splitlines() if line.startswith("key = ")]
    return str(json.loads(line.partition("= ")[2]))


def test_a_run_on_github_tells_of_itself_as_githubs_own_attestations_do(
    release: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    ran = program("attest", "provenance", "endpoint.exe", "--from", "github", "--dry-run")
    told = provenance(ran.output)
    assert told.builder.value == "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0"
    assert (values(told.source.uri), values(told.source.tag)) == ({SOURCE, f"git+{SOURCE}"}, {"v7.1.0"})
    assert values(told.source.commit) == {COMMIT}
    workflow = {"ref": "refs/tags/v7.1.0", "repository": SOURCE, "path": ".github/workflows/release.yml"}
    assert told.parameters.value == {"workflow": workflow}
    assert json.loads(ran.output)["predicate"]["runDetails"]["metadata"] == {
        "invocationId": f"{SOURCE}/actions/runs/3/attempts/1"
    }


@pytest.mark.parametrize(
    "changed",
    [*({name: ""} for name in VARIABLES), {"GITHUB_WORKFLOW_REF": "mallory/endpoint/.github/workflows/x.yml@main"}],
    ids=lambda changed: next(iter(changed)),
)
def test_half_a_run_is_none(changed: dict[str, str]) -> None:
    with pytest.raises(InputFault, match=r"\[attest\.environment\]"):
        github_build(VARIABLES | changed)


def test_outside_of_ci_nothing_is_asked_of_it(release: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "RUNNER_"))]:
        monkeypatch.delenv(name)
    assert program("attest", "provenance", NAME, "--from", "github", "--dry-run").reason == "attest.environment"


@pytest.mark.parametrize(
    "flags",
    [
        ("--builder", BUILDER),
        ("--builder", BUILDER, "--source", SOURCE),
        (*TOLD, "--tag", "v1", "--branch", "main"),
        ("--builder", BUILDER, "--source", SOURCE, "--commit", "0123"),
        (*TOLD, "--input", "x"),
        (*TOLD, "--input", "x=1", "--input", "x=2"),
        (*TOLD, "--from", "github"),
    ],
)
def test_a_build_that_is_half_told_is_a_wrong_command_line(
    release: Path, program: Program, flags: tuple[str, ...]
) -> None:
    assert program("attest", "provenance", "endpoint.exe", *flags, "--dry-run").code == 2


def test_without_a_key_the_bundle_that_sigstore_gives_is_judged_and_written(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bytes] = []
    bundle = bytes(RELEASE.bundle())

    def sign(_self: SigstoreKeyless, statement: bytes) -> bytes:
        given.append(statement)
        return bundle

    monkeypatch.setattr(SigstoreKeyless, "sign", sign)
    (scene / f"{NAME}.sigstore.json").unlink()
    made = ("--keyless", "-o", f"{NAME}.sigstore.json")
    assert program("attest", "provenance", NAME, *TOLD, *made).code == 0
    assert given == [program("attest", "provenance", NAME, *TOLD, "--dry-run").output]
    assert (scene / f"{NAME}.sigstore.json").read_bytes() == bundle
    assert payload(bundle) != given[0]


def test_without_an_identity_nothing_is_signed(
    release: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigstore.oidc.detect_credential", lambda: None)
    assert program("attest", "provenance", "endpoint.exe", *TOLD, "--keyless").reason == "signing.no_identity"


def test_a_service_that_does_not_sign_is_told(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("sigstore.oidc.detect_credential", lambda: "a token")
    monkeypatch.setattr("sigstore.models.ClientTrustConfig.production", unreachable)
    with pytest.raises(KeyFault, match=r"no route to host \[signing\.service\]"):
        SigstoreKeyless().sign(b"{}")
