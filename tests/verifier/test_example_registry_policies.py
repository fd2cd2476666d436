"""The example policies about registries: each passes the release that it is about, and refuses a neighbour's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes import npm, pypi
from fixtures.recipes.scene import DATED, NOW, WORLD
from fixtures.world import Document, Release
from fixtures.world.identities import Workflow
from fixtures.world.registries import NPM_PUBLISH, labelled
from verifier.engine import judge
from verifier.outcome import Outcome
from verifier.policy.lint import lint
from verifier.policy.model import PinnedKey, Policy
from verifier.policy.parse import parse_policy
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.verdict import Artifact

POLICIES = Path(__file__).resolve().parents[2] / "examples" / "policies"


def policy(name: str) -> Policy:
    read = parse_policy((POLICIES / name).read_bytes(), name, DEFAULT_LIMITS)
    assert {each.reason for each in lint(read)} <= {
        "lint.identity_pattern", "lint.key_forever", "lint.build_incomplete", "lint.release_free",
    }  # fmt: skip
    # The examples name the public instance and npm's own key; the fixture world has others in their places.
    key = Digest("sha256", hashlib.sha256(npm.REGISTRY.key.spki).hexdigest())
    signers = (msgspec.structs.replace(each, key=key) if isinstance(each, PinnedKey) else each for each in read.signers)
    return msgspec.structs.replace(read, signers=tuple(signers))


def outcome(read: Policy, release: Release, evidence: Document, *, version: str | None = "7.1.0") -> Outcome:
    digests = [Digest(name, hashlib.new(name, release.content).hexdigest()) for name in ("sha256", "sha512")]
    request = Request(
        artifact=Artifact(release.name, DigestSet(tuple(digests)), len(release.content)),
        evidence=(EvidenceFile("evidence.json", bytes(evidence)),),
        policy=read,
        release=version,
        trust=(TrustFile("sigstore", bytes(WORLD.trusted_root()), DATED),),
        keys=(KeyFile("keys.json", bytes(npm.REGISTRY.keys())),),
        now=NOW,
        limits=DEFAULT_LIMITS,
        version="test",
    )
    return judge(request).outcome


BUILD_TYPE = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"


def test_a_package_of_npm() -> None:
    built = npm.BUILT.saying("/predicate/buildDefinition/buildType", BUILD_TYPE)
    evidence = labelled((NPM_PUBLISH, npm.REGISTRY.attestation(npm.PUBLISHED)), (npm.PROVENANCE, built.bundle()))
    read = policy("npm-package.toml")
    assert outcome(read, npm.PACKAGE, evidence) is Outcome.PASSED
    assert outcome(read, npm.PACKAGE, evidence, version="7.1.1") is Outcome.FAILED
    assert outcome(read, npm.PACKAGE, evidence.drop("/attestations/0")) is not Outcome.PASSED
    assert outcome(read, npm.PACKAGE, evidence.drop("/attestations/1")) is not Outcome.PASSED


def test_a_file_of_a_project_on_pypi() -> None:
    (file,) = pypi.t05_publication_with_a_null_predicate().evidence
    evidence = Document(msgspec.json.decode(file.content))
    read = policy("pypi-project.toml")
    assert outcome(read, pypi.FILE, evidence) is Outcome.PASSED
    assert outcome(read, pypi.FILE, evidence, version="7.1.1") is Outcome.FAILED


def attested(repository: str) -> Iterable[Release]:
    """A file, as a reusable workflow attests it for `repository`."""
    signer = "https://github.com/acme/workflows/.github/workflows/attest.yml@refs/tags/v1.2.3"
    run = Workflow(repository, ".github/workflows/release.yml", "refs/tags/v7.1.0", signer=signer)
    built = WORLD.build("endpoint.bin", tag="v7.1.0")
    yield Release(WORLD, built.name, built.content, run, built.statement)


@pytest.mark.parametrize(("repository", "expected"), [
    ("https://github.com/acme/endpoint", Outcome.PASSED),
    ("https://github.com/mallory/endpoint", Outcome.FAILED),
])  # fmt: skip
def test_t21_a_shared_workflow_on_github(repository: str, expected: Outcome) -> None:
    (release,) = attested(repository)
    assert outcome(policy("github-attestation.toml"), release, release.bundle(), version=None) is expected
