"""Policies by flags, and about a release: the same object as a file would give."""

from __future__ import annotations

from typing import Any

import pytest

from attestations.digests import Digest
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import POLICY, RELEASE, scene
from verifier.faults import PolicyFault
from verifier.outcome import Outcome
from verifier.policy.expected import about_release, filled, matches, speaks_of_release
from verifier.policy.flags import FlagValues, policy_from_flags
from verifier.policy.lint import lint
from verifier.policy.model import (
    Pattern,
    ProvenanceRequirement,
    SignedRequirement,
)
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest
from verifier.policy.toml import to_toml

from .judging import ask, held, policy_of

ACTIONS = "https://token.actions.githubusercontent.com"
WORKFLOW = "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0"
KEY = Digest("sha256", "ab" * 32)


def flags(**given: Any) -> FlagValues:
    return FlagValues(**({"roots": ("sigstore",)} | given))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "policy.identity_missing"),
        ({"tag": "v1"}, "policy.identity_missing"),
        ({"identity": WORKFLOW}, "policy.issuer_missing"),
        ({"issuer": ACTIONS}, "policy.signer"),
        ({"identity": WORKFLOW, "issuer": ACTIONS, "keys": (KEY,)}, "policy.signer"),
        ({"identity": "", "issuer": ACTIONS}, "policy.value"),
        ({"identity": "*", "issuer": ACTIONS}, "policy.identity_too_wide"),
        ({"identity": WORKFLOW, "issuer": ""}, "policy.issuer_malformed"),
        ({"identity": WORKFLOW, "issuer": ACTIONS, "roots": ()}, "policy.roots_missing"),
        ({"identity": "caf\udce9", "issuer": ACTIONS}, "policy.value"),
        ({"identity": WORKFLOW, "issuer": ACTIONS, "commit": "main"}, "policy.value"),
    ],
)
def test_t20_t22_t23_flags_that_pin_nobody_are_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        policy_from_flags(flags(**given))
    assert caught.value.reason == reason


def test_flags_and_file_are_one_policy() -> None:
    policy = policy_from_flags(flags(identity=WORKFLOW, issuer=ACTIONS, tag="v7.1.0", source="git+https://x.example/a"))
    again = parse_policy(to_toml(policy).encode(), "printed.toml", DEFAULT_LIMITS)
    assert again == policy
    assert digest(again) == digest(policy)
    assert isinstance(policy.requirements[0], ProvenanceRequirement)


def test_flags_about_no_build_ask_for_a_signature() -> None:
    policy = policy_from_flags(flags(keys=(KEY, Digest("sha256", "cd" * 32), KEY)))
    assert policy.requirements == (SignedRequirement(("key-1", "key-2")),)
    assert {signer.group for signer in policy.signers} == {"signer"}, "several keys of one asker are one party"


def test_a_release_fills_every_text_that_is_checked() -> None:
    about = about_release(policy_of(), "7.1.0")
    assert "{version}" not in str(about.signers) + str(about.requirements)
    assert speaks_of_release(policy_of())
    assert not speaks_of_release(about)


def test_t21_a_release_is_text_to_a_pattern_and_no_pattern() -> None:
    """Dots and plus signs of a version mean themselves."""
    policy = policy_of(POLICY.set("/require/0/ref", {"pattern": "^refs/tags/v{version}$"}))
    requirement = about_release(policy, "7.1.0+b").requirements[0]
    assert isinstance(requirement, ProvenanceRequirement)
    assert requirement.ref == Pattern(r"^refs/tags/v7\.1\.0\+b$")


@pytest.mark.parametrize("release", ["", "v 1", "1/2", "1" * 65, "1\n", "{version}", "é"])
def test_a_release_is_a_version(release: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        about_release(policy_of(), release)
    assert caught.value.reason == "policy.release"


def test_a_policy_about_a_release_wants_one() -> None:
    with pytest.raises(PolicyFault) as caught:
        about_release(policy_of(), None)
    assert caught.value.reason == "policy.release_missing"


def test_the_usual_policy_leaves_nothing_open() -> None:
    assert lint(policy_of()) == ()


def test_every_open_end_is_found_at_its_key() -> None:
    policy = policy_from_flags(flags(identity=WORKFLOW, issuer=ACTIONS, tag="v7.1.0"))
    assert [(finding.reason, str(finding.place)) for finding in lint(policy)] == [
        ("lint.age_unlimited", "#/trust/max_age"),
        ("lint.release_free", "#"),
        ("lint.builder_open", "#/require/0/builder"),
        ("lint.build_incomplete", "#/require/0"),
    ]


@pytest.mark.parametrize(
    ("pattern", "release", "met", "unmet"),
    [
        ("^v{version}$", "7.1.0", "v7.1.0", "v7x1x0"),
        ("^v{version}{2}$", "1.2", "v1.21.2", "v1.22"),
        ("^v{version}+$", "12", "v1212", "v122"),
        ("^v{version}?$", "7.1", "v", "v7."),
        ("^v[{version}]$", "0-9", "v-", "v5"),
        ("^v{version}{version}$", "1", "v11", "v1"),
    ],
)
def test_t21_a_release_widens_no_pattern(pattern: str, release: str, met: str, unmet: str) -> None:
    expected = filled(Pattern(pattern), release)
    assert matches(expected, met)
    assert not matches(expected, unmet)


@pytest.mark.parametrize("pattern", ["^.*$", "^.+$", "^[^ ]*$", "^(.|{version})*$"])
@pytest.mark.parametrize("field", ["builder", "build_type", "source"])
def test_t21_a_pattern_that_takes_anything_expects_nothing(field: str, pattern: str) -> None:
    """No track holds by it, and the linter says so, as where the field is not there at all."""
    policy = POLICY.set(f"/require/0/{field}", {"pattern": pattern})
    verdict = ask(scene(RELEASE.bundle(), policy=policy))
    assert verdict.outcome is Outcome.PASSED
    assert held(verdict) == {"VI_SIGNED_1"}
    assert "lint.build_incomplete" in {finding.reason for finding in lint(policy_of(policy))}


@pytest.mark.parametrize(
    "pattern", ["^https://github\\.com/actions/runner/.+$", "^(https://github\\.com/.*|https://b/c)$"]
)
def test_a_pattern_that_says_where_is_an_expectation(pattern: str) -> None:
    policy = POLICY.set("/require/0/builder", {"pattern": pattern})
    assert held(ask(scene(RELEASE.bundle(), policy=policy))) == {"VI_SIGNED_1", "VI_BUILD_1"}
