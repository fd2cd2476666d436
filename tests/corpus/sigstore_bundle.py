"""Family ``sigstore-bundle``: a bundle, an artifact, a trust root or key, sometimes an identity."""

from __future__ import annotations

import datetime

from attestations.bundles import CertificateMaterial
from attestations.digests import DigestSet
from verifier.authenticate import authenticate
from verifier.certificates.fulcio import check_leaf
from verifier.certificates.paths import build_path
from verifier.certificates.scts import verify_scts
from verifier.checks.subject import bind_subjects

from .asking import NOW, artifact_of, check_identity, keys_of, only_evidence, thresholds_of, trust_of
from .cases import Answer, Case, attempt


def answer(case: Case) -> Answer:
    return attempt(lambda: _certificate(case) if "validation_time" in case.params else _verify(case))


def _verify(case: Case) -> None:
    evidence = only_evidence(case, "bundle")
    if case.stage == "parse":
        return
    artifact = artifact_of(case, evidence)
    authenticated = authenticate(
        evidence,
        artifact=artifact if artifact is not None else DigestSet(()),
        trust=trust_of(case),
        keys=keys_of(case),
        requirements=thresholds_of(case.params),
        now=NOW,
    )
    check_identity(authenticated, case.params, NOW)
    if authenticated.statement is not None and artifact is not None:
        bind_subjects(authenticated.statement, artifact, measured="artifact" in case.files)


def _certificate(case: Case) -> None:
    """The certificate alone: its path at the time given, its profile, its SCTs."""
    material = only_evidence(case, "bundle").bundle.material
    assert isinstance(material, CertificateMaterial)
    (trust,) = trust_of(case)
    at = datetime.datetime.fromtimestamp(case.params["validation_time"], datetime.UTC)
    path = build_path(material.leaf, material.chain[1:], trust, at)
    check_leaf(path.leaf)
    verify_scts(path, trust, threshold=1)
