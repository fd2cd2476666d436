"""The example policies about vendors' own releases: each passes the release that it is about, and refuses others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes import detached, manifest
from fixtures.recipes.scene import RELEASE, Scene, scene
from fixtures.world.detached import minisign, sshsig
from verifier.outcome import Outcome
from verifier.policy.lint import lint
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy

from .judging import ask

POLICIES = Path(__file__).resolve().parents[2] / "examples" / "policies"
ROOTS = ("world",)
"""The examples name the public instance; the fixture world has its own in its place."""


def policy(name: str) -> Policy:
    read = parse_policy((POLICIES / name).read_bytes(), name, DEFAULT_LIMITS)
    assert {each.reason for each in lint(read)} <= {"lint.key_forever", "lint.build_incomplete"}
    roots = ROOTS if read.trust.roots else ()
    return msgspec.structs.replace(read, trust=msgspec.structs.replace(read.trust, roots=roots))


def outcome(name: str, made: Scene, version: str = "7.1.0") -> Outcome:
    return ask(made, policy=policy(name), release=version).outcome


def test_a_release_on_github() -> None:
    made = scene(RELEASE.bundle())
    assert outcome("github-release.toml", made) is Outcome.PASSED
    assert outcome("github-release.toml", made, "7.1.1") is Outcome.FAILED
    assert outcome("github-release.toml", scene()) is not Outcome.PASSED


def test_an_installer_with_manifest_and_provenance() -> None:
    name = "windows-vendor.toml"
    built, listed = RELEASE.bundle(), manifest.stating(manifest.MANIFEST)
    assert outcome(name, scene(built, listed)) is Outcome.PASSED
    assert outcome(name, scene(built)) is Outcome.INCOMPLETE
    assert outcome(name, scene(listed)) is Outcome.INCOMPLETE
    for field, value in (("/channel", "beta"), ("/variant", "arm64"), ("/expires", manifest.ENDED)):
        other = manifest.stating(manifest.MANIFEST.set(field, value))
        assert outcome(name, scene(built, other)) is Outcome.FAILED


@pytest.mark.parametrize("made", [
    detached.over_list(minisign(detached.CHECKSUMS, detached.KEY), "SHA256SUMS.minisig"),
    detached.over_list(sshsig(detached.CHECKSUMS, detached.KEY), "SHA256SUMS.sig"),
])  # fmt: skip
def test_a_list_of_checksums_under_the_vendors_key(made: Scene) -> None:
    name = "key-signed-vendor.toml"
    assert outcome(name, made) is Outcome.PASSED
    assert outcome(name, made, "7.1.1") is not Outcome.PASSED
    assert outcome(name, replace(made, evidence=made.evidence[:1])) is not Outcome.PASSED


def test_a_list_of_checksums_under_a_strangers_key() -> None:
    forged = minisign(detached.CHECKSUMS, detached.MALLORY_KEY)
    assert outcome("key-signed-vendor.toml", detached.over_list(forged, "SHA256SUMS.minisig")) is not Outcome.PASSED
