"""What the peer of ``slsa-provenance`` knows by heart, as policy: who may sign for which builder, by what build type.

It is data of these tests and of nobody else: another auditor would write another list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from verifier.policy.model import (
    Exact,
    Expected,
    Pattern,
    PinnedIdentity,
    PinnedKey,
    Policy,
    ProvenanceRequirement,
    SignerRule,
    TrustRule,
)
from verifier.policy.pattern_syntax import escape
from verifier.trust import TrustedKey

GITHUB = "https://token.actions.githubusercontent.com"
GENERATOR = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"

BUILDERS = (
    f"{GENERATOR}generator_generic_slsa3.yml",
    f"{GENERATOR}builder_go_slsa3.yml",
    f"{GENERATOR}builder_container-based_slsa3.yml",
    f"{GENERATOR}generator_container_slsa3.yml",
)
"""Reusable workflows that build, and sign for themselves."""

DELEGATORS = (f"{GENERATOR}delegator_generic_slsa3.yml", f"{GENERATOR}delegator_lowperms-generic_slsa3.yml")
"""Reusable workflows that sign for the builders that call them."""

RELEASED = r"@refs/tags/v[0-9]+\.[0-9]+\.[0-9]+(-rc\.[0-9]+)?"
"""A builder comes from a released version of its repository."""

UNDER_TEST = "@refs/heads/main"
"""Where the peer runs its own end-to-end tests, it lets its builders come from here as well."""

CLOUD_BUILD = "https://cloudbuild.googleapis.com/"

_YAML_OR_STEPS = Pattern(rf"^{escape(CLOUD_BUILD)}CloudBuild(Yaml|Steps)@v0\.1$")

CLOUD_BUILD_TYPES: Mapping[str, Expected] = {
    "v0.2": Exact(f"{CLOUD_BUILD}GoogleHostedWorker@v0.2"),
    "v0.3": _YAML_OR_STEPS,
    "v1": Exact("https://cloud.google.com/build/gcb-buildtypes/google-worker/v1"),
}
"""The build types that each version of Google's builder writes."""


def generator_policy(params: dict[str, Any], builder: str | None) -> Policy:
    """A GitHub builder signs with its own identity, or a delegator signs for it."""
    refs = f"({RELEASED}|{UNDER_TEST})" if "SLSA_VERIFIER_TESTING" in params.get("env", {}) else RELEASED
    builders = _workflow((builder,) if builder is not None else BUILDERS, refs)
    signers = (
        PinnedIdentity("builder", "builder", builders, GITHUB),
        PinnedIdentity("delegator", "delegator", _workflow(DELEGATORS, refs), GITHUB),
    )
    any_of_theirs = Pattern(f"^{escape(GENERATOR)}[^/@]+{refs}$")
    return _policy(params, signers, roots=("trusted_root",), builder=builders if builder is not None else any_of_theirs)


def delegated_policy(params: dict[str, Any], signer: PinnedKey) -> Policy:
    """Where no builder but only its delegator is asked for: any builder of the delegator's repository, as released."""
    if not params.get("byob"):
        return _policy(params, (signer,), builder=Exact(params["builder_id"]))
    _, _, ref = params["builder_id"].partition("@")
    return _policy(params, (signer,), builder=Pattern(f"^{escape(GENERATOR)}[^/@]+@{escape(ref)}$"))


def _workflow(workflows: Iterable[str], refs: str) -> Expected:
    """Any of `workflows` at any of `refs`; one that is asked for at a ref of its own, at that one."""
    names = tuple(workflows)
    name, at, ref = names[0].partition("@")
    if at:
        return Exact(f"{name}@{ref}" if ref.startswith("refs/") else f"{name}@refs/tags/{ref}")
    return Pattern(f"^({'|'.join(escape(name) for name in names)}){refs}$")


def cloud_policy(params: dict[str, Any], builder: str | None, keys: tuple[TrustedKey, ...]) -> Policy:
    """Google signs for its own builder; a builder without a version may be any version of it."""
    signers = tuple(
        PinnedKey(str(key.key.fingerprint), "google", key.key.fingerprint, payload_signatures=True) for key in keys
    )
    name, _, version = (builder or f"{CLOUD_BUILD}GoogleHostedWorker").partition("@")
    types = CLOUD_BUILD_TYPES.get(version)
    expected = Exact(builder) if version and builder else Pattern(rf"^{escape(name)}(@v0\.[23])?$")
    return _policy(params, signers, builder=expected, build_type=types or _any(CLOUD_BUILD_TYPES.values()))


def _any(ways: Iterable[Expected]) -> Pattern:
    texts = [escape(way.text) if isinstance(way, Exact) else way.text[1:-1] for way in ways]
    return Pattern(f"^({'|'.join(texts)})$")


def _policy(
    params: dict[str, Any],
    signers: tuple[SignerRule, ...],
    *,
    builder: Expected,
    build_type: Expected | None = None,
    roots: tuple[str, ...] = (),
) -> Policy:
    requirement = ProvenanceRequirement(
        tuple(signer.name for signer in signers),
        source=_source(params.get("source_uri")),
        tag=_exact(params.get("tag")),
        versioned_tag=params.get("versioned_tag"),
        branch=_exact(params.get("branch")),
        inputs=_inputs(params.get("workflow_inputs")),
        builder=builder,
        build_type=build_type,
    )
    return Policy("corpus", 1, TrustRule(roots=roots), signers, (requirement,))


def _exact(text: str | None) -> Expected | None:
    return Exact(text) if text is not None else None


def _source(uri: str | None) -> Expected | None:
    """Repositories are written without a scheme by the peer's users."""
    if uri is None:
        return None
    return Exact(uri if re.match(r"[a-z+]+://", uri) else f"https://{uri}")


def _inputs(inputs: dict[str, str] | None) -> dict[str, Expected] | None:
    return None if inputs is None else {name: Exact(value) for name, value in inputs.items()}
