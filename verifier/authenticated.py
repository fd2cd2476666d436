"""What only authentication can make: who signed, when that was, what they said.

Every value here was proved under a trust root or a pinned key. `Authenticated` is made by `verifier.authenticate` and
nowhere else; checks take these types and never the unauthenticated ones of `attestations`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet
from attestations.statements import Statement


class CertificateSigner(Struct, frozen=True):
    """A short-lived certificate's identity, out of a path to a trusted CA.

    `names` are the SANs (URI, email, otherName) in order; `issuer` the OIDC issuer; `claims` the further Fulcio
    extensions by name (``source-repository-uri``, ``source-repository-ref``, ``build-signer-uri``, …), decoded.
    `key` is the SHA-256 of the SubjectPublicKeyInfo, `algorithm` its algorithm; `certificate` the SHA-256 of the DER.
    """

    names: tuple[str, ...]
    issuer: str
    claims: Mapping[str, str]
    authority: str
    key: Digest
    certificate: Digest
    algorithm: str = ""


class KeySigner(Struct, frozen=True):
    """A pinned key: the SHA-256 of its SubjectPublicKeyInfo, and its algorithm. Key ids are no part of it (T25)."""

    key: Digest
    algorithm: str = ""


Signer = CertificateSigner | KeySigner


class VerifiedTime(Struct, frozen=True):
    """A moment at which the signature provably existed. `source` is ``rekor`` (under a verified SET) or ``tsa``."""

    at: datetime.datetime
    source: str
    authority: str


class VerifiedEntry(Struct, frozen=True):
    """A log entry that is bound to this signature, key and digest and proved to be in the log.

    `proved_by` is ``promise`` (a signed entry timestamp) or ``inclusion`` (a path to a signed checkpoint); inclusion
    wins where both held. `log` names the log's operator in the trust root: thresholds count these, never entries (T27).
    """

    log: str
    kind: str
    index: int
    integrated: datetime.datetime | None
    proved_by: str


class Authenticated(Struct, frozen=True):
    """One bundle that verified under one signer.

    `statement` is what an envelope's payload says, None for a signature over the artifact itself; then `artifact` holds
    the digest of the artifact that the signature was checked against. `scts` names CT logs that saw the certificate.
    `weaker` says in what the proof is weaker than the rule ("legacy-payload-signature"), empty as a rule.
    `cosigners` are further pinned keys, each another key than `signer` and than one another, whose signatures over the
    same envelope verified as well; only key-signed envelopes have any.
    """

    evidence: Evidence
    signer: Signer
    times: tuple[VerifiedTime, ...]
    entries: tuple[VerifiedEntry, ...]
    scts: tuple[str, ...]
    statement: Statement | None
    artifact: DigestSet | None
    weaker: tuple[str, ...] = ()
    cosigners: tuple[KeySigner, ...] = ()

    @property
    def is_metadata(self) -> bool:
        """Whether this is a layout or a link of in-toto's, which speak of no artifact: for a layout's check alone."""
        return self.statement is None and self.artifact is None

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Everybody who provably signed this: what thresholds by group count."""
        return (self.signer, *self.cosigners)
