"""One bundle, authenticated: who signed it, when that was, which logs hold it, and only then what it says.

    1. Form         a payload that is a statement; something that names a signer
    2. Signature    holds over the received bytes, under the key that the bundle's certificate carries or a pinned one
    3. Binding      every log entry speaks of this signature, this key, this content
    4. Times        every promise and at least one timestamp verify; none lies in the future
    5. Signer       certificate: a path at each time, the profile, SCTs      key: its window at each time, else at `now`
    6. Log          every entry is proved to be in its log; enough distinct logs
    7. Payload      only now parsed

Nothing is believed before all steps hold. Steps 2 and 3 compare the bundle with itself and come first, so that what was
altered is named as altered, and not as whatever trust decision it upsets later (decision 0030). Of several trust roots
the first under which all steps hold counts; where none does, the fault is that of the root that came furthest.

Two roads. *Certificate*: under a trust root, with distinct logs, times and SCTs by threshold. *Pinned key*: policy
names the key, so logs and times are not required, but what is there must verify. A bundle with a certificate goes the
second road only where a pinned key is the certificate's very key.

What leads through a trust root is in `rooted`, loaded where a bundle asks for it.

Spec: countersign design, section 5; Sigstore client specification, "Verification"
"""

from __future__ import annotations

import datetime
import re

from attestations.bundles import Bundle, CertificateMaterial, Envelope, Evidence, PackageSignature
from attestations.digests import Digest, DigestSet
from attestations.faults import Fault, FormatFault, Place
from attestations.layouts import is_metadata
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.statements import Statement, parse_statement

from .authenticated import Authenticated, KeySigner
from .content import check_one_signature, verify_pinned
from .faults import SignatureFault
from .packages import check_label, package_statement
from .pinned import candidates, unknown_key, within_windows
from .proof import Proof
from .proof import Thresholds as Thresholds
from .trust import TrustedKey, TrustRoot

_STATEMENT_TYPE = re.compile(r"application/vnd\.in-toto(\.[A-Za-z0-9_.-]+)?\+json", re.ASCII)
"""The payload types of in-toto statements. The middle part is never taken for the predicate's type (T02)."""


def authenticate(
    evidence: Evidence,
    *,
    artifact: DigestSet,
    trust: tuple[TrustRoot, ...],
    keys: tuple[TrustedKey, ...],
    requirements: Thresholds,
    now: datetime.datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Authenticated:
    """Prove who signed `evidence`, when and what; a statement is parsed last, and only then.

    `artifact` is what a signature over an artifact itself must be over; that a statement's subject is the artifact is a
    check's to say (`checks.subject`). `now` is aware and UTC.

    Raises:
        Fault: the one clear reason why not. ``envelope.payload_type`` for an envelope whose payload is no statement
            (T02); what `authenticate_signature` raises; what `parse_statement` and `check_label` raise.
    """
    # 1. Form
    content = evidence.bundle.content
    if isinstance(content, Envelope):
        check_payload_type(evidence, content.payload_type)
    # 2. to 6.
    proof = authenticate_signature(
        evidence, artifact=artifact, trust=trust, keys=keys, requirements=requirements, now=now
    )
    # 7. Payload
    statement = None
    if isinstance(content, Envelope):
        statement = _statement(content, evidence, limits)
    elif isinstance(content, PackageSignature):
        statement = package_statement(content)
    return _authenticated(evidence, proof, statement)


def _statement(content: Envelope, evidence: Evidence, limits: Limits) -> Statement | None:
    """The statement in an envelope; None where a layout or a link of in-toto's stands in its place."""
    try:
        statement = parse_statement(content.payload, source=evidence.source, limits=limits)
    except FormatFault as fault:
        if fault.reason == "statement.type" and is_metadata(content.payload, limits):
            return None
        raise
    check_label(evidence, statement)
    return statement


def _authenticated(evidence: Evidence, proof: Proof, statement: Statement | None) -> Authenticated:
    signer, *cosigners = proof.signers
    return Authenticated(
        evidence=evidence,
        signer=signer,
        times=proof.times,
        entries=proof.entries,
        scts=proof.scts,
        statement=statement,
        artifact=DigestSet((proof.content,)) if isinstance(proof.content, Digest) else None,
        weaker=("legacy-payload-signature",) if evidence.bundle.legacy_payload_signature else (),
        cosigners=tuple(cosigner for cosigner in cosigners if isinstance(cosigner, KeySigner)),
    )


def check_payload_type(evidence: Evidence, payload_type: str) -> None:
    if not _STATEMENT_TYPE.fullmatch(payload_type):
        raise SignatureFault(
            "envelope.payload_type",
            "the envelope's payload is not an in-toto statement",
            place=Place(evidence.source, evidence.pointer),
            expected="application/vnd.in-toto+json",
            actual=payload_type[:120],
        )


def authenticate_signature(
    evidence: Evidence,
    *,
    artifact: DigestSet,
    trust: tuple[TrustRoot, ...],
    keys: tuple[TrustedKey, ...],
    requirements: Thresholds,
    now: datetime.datetime,
) -> Proof:
    """Steps 2 to 6: who signed, when, and where it is logged. What an envelope's payload says or is stays unread.

    Raises:
        Fault: the one clear reason why not, placed in the evidence.
    """
    bundle = evidence.bundle
    try:
        if not isinstance(bundle.material, CertificateMaterial):
            return _under_keys(bundle, None, candidates(bundle, None, keys), artifact, trust, now)
        from .certificates.certificate import parse_certificate
        from .rooted import certified

        leaf = parse_certificate(bundle.material.leaf)
        pinned = candidates(bundle, leaf, keys)
        if pinned:
            return _under_keys(bundle, leaf.der, pinned, artifact, trust, now)
        return certified(bundle, leaf, bundle.material.chain[1:], artifact, trust, requirements, now)
    except Fault as fault:
        raise _at(evidence, fault) from fault.__cause__


def _under_keys(
    bundle: Bundle,
    certificate: bytes | None,
    pinned: tuple[TrustedKey, ...],
    artifact: DigestSet,
    trust: tuple[TrustRoot, ...],
    now: datetime.datetime,
) -> Proof:
    """The road of pinned keys; `certificate` is the bundle's leaf in DER, whose key is pinned."""
    # 1. Form
    if not pinned:
        raise unknown_key(bundle)
    alone = not bundle.entries and not bundle.timestamps
    if certificate is not None or not alone:
        check_one_signature(bundle)
    # 2. Signature
    unique = tuple({trusted.key.fingerprint: trusted.key for trusted in pinned}.values())
    signed = verify_pinned(bundle, unique, certificate, artifact)
    if alone:
        return Proof(signed[0].content, within_windows(signed, pinned, (now,)), (), (), ())
    # 3. to 6.
    from .rooted import witnessed

    return witnessed(bundle, signed, pinned, trust, now)


def _at(evidence: Evidence, fault: Fault) -> Fault:
    """The fault, placed in the evidence where it does not say itself where it stands."""
    return fault if fault.place.source else fault.at(Place(evidence.source, evidence.pointer))
