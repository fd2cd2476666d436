"""Family ``slsa-provenance``: provenance of GitHub's and Google's builders, asked about source, tag, branch, builder.

Most rows that must fail are genuine evidence asked the wrong question, so only policy can refuse them. Three roads:

    the engine        where the row has everything
    the policy half   where the log entry must be had from a live log: signature and path as of the certificate's start
    one check         where the row is a test of one function of the peer's, without a signature
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attestations.bundles import CertificateMaterial, Envelope, Evidence
from attestations.digests import Digest, DigestSet, parse_digest
from attestations.evidence import Unreadable, read_evidence_files
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from attestations.statements import Statement, parse_statement
from verifier.authenticated import Authenticated, KeySigner
from verifier.certificates.certificate import parse_certificate
from verifier.certificates.fulcio import check_leaf
from verifier.certificates.identities import read_signer
from verifier.certificates.paths import build_path
from verifier.content import verify_certified
from verifier.engine import judge
from verifier.faults import SignatureFault
from verifier.gather import Gathered, Refused
from verifier.outcome import Outcome, combine
from verifier.policy.model import PinnedKey, Policy, StatementRequirement
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.results import Source
from verifier.statement_requirement import StatementEvaluation
from verifier.trust import TrustedKey, load_key_file
from verifier.verdict import Artifact, CheckResult

from . import slsa_units
from .asking import NOW, trust_of
from .cases import PASS, Answer, Case, refusal
from .slsa_policies import cloud_policy, delegated_policy, generator_policy

_KEY_ID = re.compile(r"projects/verified-builder/locations/([\w-]+)/keyRings/attestor/cryptoKeys/([\w-]+)/.*/([0-9]+)")

STAND_IN = Digest("sha256", "0" * 64)
"""The key that is taken to have signed where a row has no signature."""


def answer(case: Case) -> Answer:
    """The answer that all spellings of the row's builder id share."""
    if case.stage in ("unit", "signature"):
        return slsa_units.answer(case, evidence_of(case), keys_named(case))
    if case.stage == "statement-policy":
        return _unsigned(case)
    answers = [_asked(case, builder) for builder in case.params["builder_id_variants"]]
    if len({each.got for each in answers}) != 1:
        return Answer("unsupported", "corpus.variants_differ")
    return answers[0]


def _asked(case: Case, builder: str | None) -> Answer:
    """Every artifact of the row must pass."""
    try:
        artifacts = [Digest("sha256", value) for value in case.params.get("artifact_sha256", ())]
        artifacts = artifacts or [parse_digest(case.params["image_digest"] or case.params["image"])]
    except Fault as fault:
        return refusal(fault.reason)
    answers = [_about(case, builder, artifact) for artifact in artifacts]
    return next((each for each in answers if each != PASS), PASS)


def _about(case: Case, builder: str | None, artifact: Digest) -> Answer:
    digests = DigestSet((artifact,))
    if case.params["provenance_kind"] == "gcb":
        keys = keys_named(case)
        if not keys:
            unread = (item.fault.reason for item in evidence_of(case) if isinstance(item, Unreadable))
            return refusal(next(unread, "signature.unknown_key"))
        return _engine(case, cloud_policy(case.params, builder, keys), digests)
    policy = generator_policy(case.params, builder)
    return _engine(case, policy, digests) if case.offline else _policy_half(case, policy, digests)


def _engine(case: Case, policy: Policy, digests: DigestSet) -> Answer:
    verdict = judge(_request(case, policy, digests))
    if verdict.outcome is Outcome.PASSED:
        return PASS
    return refusal(_first(verdict.results, verdict.outcome))


def _request(case: Case, policy: Policy, digests: DigestSet) -> Request:
    keys = [KeyFile(path.name, path.read_bytes()) for path in key_files(case)]
    return Request(
        artifact=Artifact("artifact", digests, None),
        evidence=tuple(EvidenceFile(name, content) for name, content in _files(case)),
        policy=policy,
        release=None,
        trust=(TrustFile("trusted_root", case.read("trusted_root"), None),) if "trusted_root" in case.files else (),
        keys=tuple(keys),
        now=NOW,
        limits=DEFAULT_LIMITS,
        version="0",
    )


def _first(results: Iterable[CheckResult], outcome: Outcome) -> str:
    return next(result.reason for result in results if result.outcome is outcome and result.reason)


def _files(case: Case) -> list[tuple[str, bytes]]:
    roles = ("provenance", "envelope", "att_manifest", "dsse_layer")
    return [(role, case.read(role)) for role in roles if role in case.files]


def evidence_of(case: Case) -> tuple[Evidence | Unreadable, ...]:
    """What the row's files hold."""
    return read_evidence_files(_files(case))


def key_files(case: Case) -> Iterator[Path]:
    """The key files that the row's evidence names by its key ids, as the peer chooses them from its own."""
    named = {
        signature.keyid
        for item in evidence_of(case)
        if isinstance(item, Evidence) and isinstance(item.bundle.content, Envelope)
        for signature in item.bundle.content.signatures
    }
    for key_id in sorted(named):
        if (parts := _KEY_ID.fullmatch(key_id)) and "key_dir" in case.files:
            location, name, version = parts.groups()
            file = f"{location}.key" if name == "builtByGCB" else f"{location}-pae-{name}_{version}.key"
            if (case.files["key_dir"] / file).exists():
                yield case.files["key_dir"] / file


def keys_named(case: Case) -> tuple[TrustedKey, ...]:
    """The keys in those files."""
    files = tuple(key_files(case))
    return tuple(key for path in files for key in load_key_file(path.read_bytes(), name=path.name, windows={}))


def _policy_half(case: Case, policy: Policy, digests: DigestSet) -> Answer:
    """All but log and time: the signature, the path at the start of the certificate, and what the policy asks."""
    authenticated: list[Authenticated] = []
    refused: list[Refused] = []
    for item in evidence_of(case):
        try:
            authenticated.append(_certified(case, item))
        except Fault as fault:
            refused.append(Refused(Source.of(item), fault))
    return _evaluated(case, policy, digests, Gathered(tuple(authenticated), tuple(refused), (), frozenset(), ()))


def _certified(case: Case, item: Evidence | Unreadable) -> Authenticated:
    if isinstance(item, Unreadable):
        raise item.fault
    if not isinstance(item.bundle.material, CertificateMaterial):
        raise SignatureFault("signature.unknown_key", "no certificate")
    leaf = parse_certificate(item.bundle.material.leaf)
    (trust,) = trust_of(case)
    verify_certified(item.bundle, leaf.key, leaf.der, DigestSet(()))
    path = build_path(leaf.der, item.bundle.material.chain[1:], trust, leaf.handle.not_valid_before_utc)
    check_leaf(path.leaf)
    return Authenticated(item, read_signer(path), (), (), (), statement_of(item), None)


def _unsigned(case: Case) -> Answer:
    """A statement against options: whoever signed it is taken to be the delegator that the row names."""
    (item,) = evidence_of(case)
    digests = DigestSet(tuple(Digest("sha256", value) for value in case.params["artifact_sha256"]))
    policy = delegated_policy(case.params, PinnedKey("delegator", "delegator", STAND_IN))
    try:
        if isinstance(item, Unreadable):
            raise item.fault
        authenticated = Authenticated(item, KeySigner(STAND_IN), (), (), (), statement_of(item), None)
    except Fault as fault:
        return refusal(fault.reason)
    return _evaluated(case, policy, digests, Gathered((authenticated,), (), (), frozenset({STAND_IN}), ()))


def _evaluated(case: Case, policy: Policy, digests: DigestSet, gathered: Gathered) -> Answer:
    """The policy's requirement, over what is taken to have been authenticated in full."""
    (requirement,) = policy.requirements
    assert isinstance(requirement, StatementRequirement)
    run = StatementEvaluation(0, requirement, policy, _request(case, policy, digests), gathered).run()
    if run.met:
        return PASS
    return refusal(_first(run.results, combine(result.outcome for result in run.results)))


def statement_of(item: Evidence) -> Statement:
    """What the envelope says. Raises: Fault where that is no statement."""
    assert isinstance(item.bundle.content, Envelope)
    return parse_statement(item.bundle.content.payload)
