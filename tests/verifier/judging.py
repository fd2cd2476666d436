"""Whole requests out of the vectors' scenes, and one way to ask for the verdict: each test changes what it is about."""

from __future__ import annotations

from typing import Any

from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import POLICY, Scene, policy_file
from fixtures.world import Document
from verifier.engine import judge
from verifier.policy.model import Policy
from verifier.policy.parse import parse_policy
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.verdict import Artifact, Verdict


def policy_of(document: Document | bytes = POLICY) -> Policy:
    """The policy that a document reads as."""
    return parse_policy(policy_file(document).content, "policy.toml", DEFAULT_LIMITS)


def request_of(scene: Scene, **changes: Any) -> Request:
    """The request that a scene stands for; `changes` are fields of `Request`."""
    digests = sorted(Digest(algorithm, value) for algorithm, value in scene.digests.items())
    given: dict[str, Any] = {
        "artifact": Artifact(scene.artifact, DigestSet(tuple(digests)), scene.size),
        "evidence": tuple(EvidenceFile(file.name, file.content) for file in scene.evidence),
        "policy": parse_policy(scene.policy.content, "policy.toml", DEFAULT_LIMITS),
        "release": scene.release,
        "trust": tuple(TrustFile(name, file.content, dated) for name, file, dated in scene.trust),
        "keys": tuple(KeyFile(file.name, file.content) for file in scene.keys),
        "now": scene.now,
        "limits": DEFAULT_LIMITS,
        "version": "tests",
    }
    return Request(**(given | changes))


def ask(scene: Scene, **changes: Any) -> Verdict:
    """The verdict on a scene."""
    return judge(request_of(scene, **changes))


def reasons(verdict: Verdict) -> set[str]:
    """The reasons of everything that did not pass, without findings."""
    return {result.reason for result in verdict.results if result.reason and not result.finding}


def findings(verdict: Verdict) -> set[str]:
    """The reasons of the verdict's findings."""
    return {result.reason for result in verdict.results if result.finding}


def held(verdict: Verdict) -> set[str]:
    """The tracks that hold."""
    return {track.track for track in verdict.tracks if track.held}
