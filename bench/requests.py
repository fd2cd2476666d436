"""Many different requests, as the verifier takes them: releases of one made-up vendor under one trust root."""

from __future__ import annotations

import datetime

from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from fixtures.world import Release, World
from verifier.policy.flags import FlagValues, policy_from_flags
from verifier.policy.model import Policy
from verifier.request import EvidenceFile, Request, TrustFile
from verifier.verdict import Artifact

COUNT = 200
"""More than any cache of the verifier holds."""


def requests() -> list[Request]:
    """Releases that all pass, each with provenance logged, timestamped by the log, under a certificate of its own."""
    moment = datetime.datetime(2026, 3, 2, 11, 4, tzinfo=datetime.UTC)
    world = World.at(moment)
    trust = TrustFile("root", bytes(world.trusted_root()), moment)
    releases = (world.build(f"endpoint-7.1.0-{number}.exe", tag="v7.1.0") for number in range(COUNT + 1))
    policy = _policy(next(releases), trust)
    return [_request(release, policy, trust, moment) for release in releases]


def _policy(release: Release, trust: TrustFile) -> Policy:
    """One policy for all, as a run over many artifacts has."""
    identity = release.workflow.identity
    return policy_from_flags(FlagValues(identity=str(identity.name.value), issuer=identity.issuer, roots=(trust.name,)))


def _request(release: Release, policy: Policy, trust: TrustFile, moment: datetime.datetime) -> Request:
    return Request(
        artifact=Artifact(release.name, DigestSet((Digest("sha256", release.sha256),)), len(release.content)),
        evidence=(EvidenceFile("bundle.sigstore.json", bytes(release.bundle())),),
        policy=policy,
        release=None,
        trust=(trust,),
        keys=(),
        now=moment + datetime.timedelta(days=12),
        limits=DEFAULT_LIMITS,
        version="bench",
    )
