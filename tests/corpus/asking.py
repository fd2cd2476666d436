"""What a row of the corpus asks for, as arguments of ours: artifact, trust, keys, thresholds, who was expected.

Where a row asks for less than our least, it is asked of our rule: a certificate needs a verified time in any case.
"""

from __future__ import annotations

import datetime
from typing import Any

from attestations.bundles import Evidence, MessageSignature
from attestations.digests import STRONG, Digest, DigestSet
from attestations.evidence import Unreadable, read_evidence
from attestations.limits import DEFAULT_LIMITS
from attestations.measure.digests import DigestMeasurer
from verifier.authenticate import Thresholds
from verifier.engine import judge
from verifier.outcome import Outcome
from verifier.policy.model import (
    Exact,
    Expected,
    Pattern,
    PinnedIdentity,
    PinnedKey,
    Policy,
    SignedRequirement,
    SignerRule,
    TrustRule,
    unsafe_any_identity,
)
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.trust import TrustedKey, TrustRoot, load_key_file, load_trust_root
from verifier.verdict import Artifact

from .cases import PASS, Answer, Case, refusal

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
"""After everything in the corpus was made; rows that need another moment name it."""

LOGS = ("tlog_threshold",)
TIMES = (
    "timestamp_threshold",
    "integrated_timestamp_threshold",
    "observer_timestamp_threshold",
    "required_time_sources",
)
SCTS = ("ctlog_threshold", "sct_threshold")


def only_evidence(case: Case, role: str) -> Evidence:
    """The one bundle in the file. Raises its fault where it cannot be read."""
    (item,) = read_evidence(case.files[role].name, case.read(role))
    if isinstance(item, Unreadable):
        raise item.fault
    return item


def artifact_of(case: Case, evidence: Evidence) -> DigestSet | None:
    """The artifact's digests: of the file, or as given; None where the row has no artifact.

    A signature over an artifact that the row does not have is checked against the digest that its carrier claims: such
    a row asks whether the bundle holds together, not whether it is about anything.
    """
    if "artifact" in case.files:
        measurer = DigestMeasurer(STRONG)
        measurer.feed(case.read("artifact"))
        return measurer.finish().digests
    given = [
        Digest(name, case.params[f"artifact_{name}"]) for name in sorted(STRONG) if f"artifact_{name}" in case.params
    ]
    if given:
        return DigestSet(tuple(given))
    content = evidence.bundle.content
    if isinstance(content, MessageSignature) and content.digest is not None:
        return DigestSet((content.digest,))
    return None


def trust_of(case: Case) -> tuple[TrustRoot, ...]:
    if "trusted_root" not in case.files:
        return ()
    return (load_trust_root(case.read("trusted_root"), name="case", dated=None),)


def key_roles(case: Case) -> tuple[str, ...]:
    return tuple(sorted(role for role in case.files if role == "key" or role.startswith("key_")))


def keys_of(case: Case) -> tuple[TrustedKey, ...]:
    """The pinned keys: each a signer, and a group, of its own."""
    return tuple(key for role in key_roles(case) for key in load_key_file(case.read(role), name=role, windows={}))


def pinned(keys: tuple[TrustedKey, ...]) -> tuple[SignerRule, ...]:
    """A rule for each distinct key."""
    names = {key.key.fingerprint: str(key.key.fingerprint) for key in keys}
    return tuple(PinnedKey(name, name, fingerprint) for fingerprint, name in names.items())


def thresholds_of(params: dict[str, Any]) -> Thresholds:
    skipped = params.get("skip", ())
    return Thresholds(
        logs=_greatest(params, LOGS, least=0 if "tlog" in skipped else 1, asked=0),
        times=_greatest(params, TIMES, least=1, asked=1),
        scts=_greatest(params, SCTS, least=0 if "sct" in skipped else 1, asked=0),
    )


def _greatest(params: dict[str, Any], names: tuple[str, ...], *, least: int, asked: int) -> int:
    given = [params[name] for name in names if name in params]
    return max(*given, asked) if given else least


def signer_of(params: dict[str, Any]) -> SignerRule:
    """Who was expected. Where the row names only an issuer, or an expression, that is what is pinned."""
    expression = params.get("identity_regex")
    if params.get("identity"):
        identity: Expected = Exact(params["identity"])
    elif params.get("issuer") or expression not in (None, ".*"):
        anchored = "^.*" if expression is None else expression if expression.startswith("^") else f"^.*{expression}"
        identity = Pattern(f"{anchored.removesuffix('.*')}.*$")
    else:
        return unsafe_any_identity()
    return PinnedIdentity("expected", "expected", identity, params.get("issuer") or "")


def policy_of(case: Case, signers: tuple[SignerRule, ...], predicate_type: str | None = None) -> Policy:
    """A policy that asks for one signature or statement by any of `signers`, under the row's trust root."""
    thresholds = thresholds_of(case.params)
    return Policy(
        id="corpus",
        version=1,
        trust=TrustRule(
            roots=("trusted_root",) if "trusted_root" in case.files else (),
            logs=thresholds.logs,
            times=thresholds.times,
            scts=thresholds.scts,
        ),
        signers=signers,
        requirements=(
            SignedRequirement(
                tuple(signer.name for signer in signers),
                threshold=case.params.get("threshold", 1),
                predicate_type=Exact(predicate_type) if predicate_type is not None else None,
            ),
        ),
    )


def judged(case: Case, role: str, artifact: DigestSet, policy: Policy) -> Answer:
    """What the engine says of the evidence under `role`, and the first reason for it."""
    verdict = judge(
        Request(
            artifact=Artifact(
                "artifact", artifact, case.files["artifact"].stat().st_size if "artifact" in case.files else None
            ),
            evidence=(EvidenceFile(case.files[role].name, case.read(role)),),
            policy=policy,
            release=None,
            trust=(TrustFile("trusted_root", case.read("trusted_root"), None),) if "trusted_root" in case.files else (),
            keys=tuple(KeyFile(name, case.read(name)) for name in key_roles(case)),
            now=NOW,
            limits=DEFAULT_LIMITS,
            version="0",
        )
    )
    if verdict.outcome is Outcome.PASSED:
        return PASS
    return refusal(next(result.reason for result in verdict.results if result.outcome is verdict.outcome))
