"""What a row of the corpus asks for, as arguments of ours: artifact, trust, keys, thresholds, who was expected.

Where a row asks for less than our least, it is asked of our rule: a certificate needs a verified time in any case.
"""

from __future__ import annotations

import datetime
from typing import Any

from attestations.bundles import Evidence, MessageSignature
from attestations.digests import STRONG, Digest, DigestSet
from attestations.evidence import Unreadable, read_evidence
from attestations.measure.digests import DigestMeasurer
from verifier.authenticate import Thresholds
from verifier.authenticated import Authenticated, CertificateSigner
from verifier.checks.signers import groups_of
from verifier.policy.model import Exact, Pattern, PinnedIdentity, SignerRule, unsafe_any_identity
from verifier.trust import TrustedKey, TrustRoot, load_key_file, load_trust_root

from .cases import Case

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


def keys_of(case: Case) -> tuple[TrustedKey, ...]:
    roles = sorted(role for role in case.files if role == "key" or role.startswith("key_"))
    return tuple(key for role in roles for key in load_key_file(case.read(role), name=role, windows={}))


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


def check_identity(authenticated: Authenticated, params: dict[str, Any], now: datetime.datetime) -> None:
    """Hold the signer against the expected identity and issuer, where the row has them."""
    signer = authenticated.signer
    if isinstance(signer, CertificateSigner):
        groups_of(authenticated, (_rule(params, signer),), now)


def _rule(params: dict[str, Any], signer: CertificateSigner) -> SignerRule:
    issuer = params.get("issuer") or signer.issuer
    if params.get("identity"):
        return PinnedIdentity("expected", "expected", Exact(params["identity"]), issuer)
    expression = params.get("identity_regex", ".*")
    if expression == ".*":
        return unsafe_any_identity()
    anchored = expression if expression.startswith("^") else f"^.*{expression}"
    return PinnedIdentity("expected", "expected", Pattern(f"{anchored}.*$"), issuer)
