"""Family ``dsse-key``: envelopes under pinned keys, sometimes with an artifact, a predicate type, a threshold."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from attestations.digests import Digest, DigestSet
from attestations.pem import parse_pem
from verifier.authenticate import Thresholds, authenticate_signature
from verifier.checks.threshold import check_threshold
from verifier.keys import PublicKey, load_ed25519, load_pem
from verifier.trust import UNBOUNDED, CertificateAuthority, TrustedKey, TrustRoot
from verifier.verdict import TrustReference

from .asking import NOW, artifact_of, judged, keys_of, only_evidence, pinned, policy_of
from .cases import PASS, Answer, Case, attempt

NOTHING = DigestSet(())


def answer(case: Case) -> Answer:
    """A row with an artifact goes to the engine; one without asks for signatures alone."""
    role = "bundle" if "bundle" in case.files else "envelope"
    read = attempt(lambda: only_evidence(case, role))
    if read != PASS or "artifact" not in case.files:
        return attempt(lambda: _signatures(case, role))
    artifact = artifact_of(case, only_evidence(case, role))
    policy = policy_of(case, pinned(keys_of(case)), case.params["predicate_type"])
    return judged(case, role, artifact or NOTHING, policy)


def _signatures(case: Case, role: str) -> None:
    keys = _listed(case) if "keys" in case.files else keys_of(case)
    proof = authenticate_signature(
        only_evidence(case, role),
        artifact=NOTHING,
        trust=_own_authority(case),
        keys=keys,
        requirements=Thresholds(logs=0, times=0, scts=0),
        now=NOW,
    )
    check_threshold(case.params.get("threshold", 1), [str(signer.key) for signer in proof.signers])


def _listed(case: Case) -> tuple[TrustedKey, ...]:
    """The keys of securesystemslib's own list."""
    listed = json.loads(case.read("keys"))
    return tuple(TrustedKey(_key(entry), UNBOUNDED, entry["keyid"]) for entry in listed)


def _key(entry: dict[str, Any]) -> PublicKey:
    public: str = entry["keyval"]["public"]
    return load_ed25519(bytes.fromhex(public)) if entry["keytype"] == "ed25519" else load_pem(public.encode())


def _own_authority(case: Case) -> tuple[TrustRoot, ...]:
    """A private CA, which logs nothing, as a trust root."""
    if "ca" not in case.files:
        return ()
    pem = case.read("ca")
    chain = tuple(block.content for block in parse_pem(pem))
    authority = CertificateAuthority("ca", "ca", chain, UNBOUNDED)
    reference = TrustReference("ca", Digest("sha256", hashlib.sha256(pem).hexdigest()), None)
    return (TrustRoot(reference, (authority,), (), (), ()),)
