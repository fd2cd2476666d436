"""The subject as the verifier takes it: what `countersign verify` makes of its command line."""

from __future__ import annotations

import datetime
import hashlib

from api.effects.trust_store import packaged
from attestations.digests import Digest, DigestSet
from attestations.limits import DEFAULT_LIMITS
from verifier.policy.flags import FlagValues, policy_from_flags
from verifier.request import EvidenceFile, Request, TrustFile
from verifier.verdict import Artifact

from .subjects import Subject


def request(subject: Subject) -> Request:
    """Ask of `subject` what its command line asks, now."""
    content = subject.artifact.read_bytes()
    digest = Digest("sha256", hashlib.sha256(content).hexdigest())
    return Request(
        artifact=Artifact(subject.artifact.name, DigestSet((digest,)), len(content)),
        evidence=(EvidenceFile(subject.bundle.name, subject.bundle.read_bytes()),),
        policy=policy_from_flags(FlagValues(identity=subject.identity, issuer=subject.issuer, roots=("root",))),
        release=None,
        trust=(_trust(subject),),
        keys=(),
        now=datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        limits=DEFAULT_LIMITS,
        version="bench",
    )


def _trust(subject: Subject) -> TrustFile:
    if subject.trusted_root is not None:
        return TrustFile("root", subject.trusted_root.read_bytes(), None)
    stored = packaged("sigstore")
    if stored is None:
        raise LookupError("the installed sigstore library ships no trust root")
    return TrustFile("root", stored.content, stored.dated)
