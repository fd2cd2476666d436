"""Family ``sigstore-bundle``: a bundle, an artifact, a trust root or key, sometimes an identity."""

from __future__ import annotations

import datetime

from attestations.bundles import CertificateMaterial, Evidence
from attestations.digests import DigestSet
from verifier.authenticate import authenticate
from verifier.certificates.fulcio import check_leaf
from verifier.certificates.paths import build_path
from verifier.certificates.scts import verify_scts

from .asking import (
    NOW,
    artifact_of,
    judged,
    keys_of,
    only_evidence,
    pinned,
    policy_of,
    signer_of,
    thresholds_of,
    trust_of,
)
from .cases import PASS, Answer, Case, attempt


def answer(case: Case) -> Answer:
    """A row with an artifact goes to the engine; one without asks whether the bundle holds by itself."""
    read = attempt(lambda: only_evidence(case, "bundle"))
    if case.stage == "parse" or read != PASS:
        return read
    evidence = only_evidence(case, "bundle")
    if "validation_time" in case.params:
        return attempt(lambda: _certificate(case, evidence))
    artifact = artifact_of(case, evidence)
    if artifact is None:
        return attempt(lambda: _holds(case, evidence))
    return judged(case, "bundle", artifact, policy_of(case, pinned(keys_of(case)) or (signer_of(case.params),)))


def _holds(case: Case, evidence: Evidence) -> None:
    authenticate(
        evidence,
        artifact=DigestSet(()),
        trust=trust_of(case),
        keys=keys_of(case),
        requirements=thresholds_of(case.params),
        now=NOW,
    )


def _certificate(case: Case, evidence: Evidence) -> None:
    """The certificate alone: its path at the time given, its profile, its SCTs."""
    assert isinstance(evidence.bundle.material, CertificateMaterial)
    (trust,) = trust_of(case)
    at = datetime.datetime.fromtimestamp(case.params["validation_time"], datetime.UTC)
    path = build_path(evidence.bundle.material.leaf, evidence.bundle.material.chain[1:], trust, at)
    check_leaf(path.leaf)
    verify_scts(path, trust, threshold=1)
