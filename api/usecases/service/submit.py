"""A request for a verdict is accepted once: its terms are fixed, it is written down, and whoever judges is told."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping

import msgspec
import rfc8785
from msgspec import UNSET
from sqlalchemy.engine import Connection

from verifier.engine import raised
from verifier.faults import PolicyFault
from verifier.policy.model import Policy
from verifier.policy.plain import format_time

from ...effects.chance import draw_id
from ...effects.faults import RequestFault
from ...store import artifacts, evidence, policies, trail, verifications
from ...store.artifacts import Artifact
from ...store.evidence import StoredEvidence
from ...store.faults import StoreFault
from ...store.policies import StoredPolicy
from ...store.schema import OPERATOR
from ...store.trust_files import StoredTrust
from ...store.verifications import Verification
from .policies import is_published, keep_inline, read_policy_text
from .service import Principal, Service
from .settling import Settled, Settling, term_of
from .submission import (
    Given,
    Named,
    PolicyByDigest,
    PolicyById,
    PolicyText,
    Submission,
    Submitted,
    check_submission,
)
from .terms import ArtifactTerm, FileTerm, PolicyTerm, Terms, terms_tree
from .trust_files import Along, brought


def submit(service: Service, principal: Principal, submission: Submission) -> Submitted:
    """Accept a request, once: under one key a tenant has one verification, and the first request fixes its terms.

    Raises:
        RequestFault: ``request.invalid``, ``request.key_reused``.
        EvidenceFault: ``evidence.unknown``, ``evidence.withdrawn``.
        PolicyFault: ``policy.*``; ``policy.unknown``, ``policy.retired``.
        TrustFault: ``trust.*``, as `Settling.settle`.
        LimitFault: ``limit.evidence_files``, ``limit.record``, ``limit.policy``.
        StoreFault: ``store.*``.
    """
    now = service.clock.now()
    check_submission(submission)
    service.settings.limits.check("evidence_files", len(submission.evidence))
    if isinstance(submission.policy, PolicyText):
        # Before the transaction: a mebibyte of TOML takes seconds, for which nobody else would write.
        read_policy_text(submission.policy.content, service.settings.limits)
    given = {file: service.blobs.put_bytes(file.content) for file in submission.evidence if isinstance(file, Given)}
    for file in submission.trust:
        if isinstance(file, Along):
            service.blobs.put_bytes(file.content)
    service.faults.at("submit.blobs")
    with service.database.writing() as connection:
        accepting = _Accepting(service, connection, principal, now)
        submitted = accepting.accept(submission, given)
    if submitted.created:
        service.faults.at("submit.accepted")
        service.queue.enqueue(submitted.verification.id)
        service.faults.at("submit.enqueued")
    return submitted


class _Accepting:
    """One request on its way into the store, in the transaction that accepts it."""

    def __init__(self, service: Service, connection: Connection, principal: Principal, now: datetime.datetime) -> None:
        self._service = service
        self._connection = connection
        self._principal = principal
        self._tenant = principal.tenant
        self._now = now
        self._withdrawn: list[str] = []

    def accept(self, submission: Submission, given: Mapping[Given, str]) -> Submitted:
        stored, policy = self._policy(submission.policy)
        evidence = self._evidence(submission, given)
        artifact = self._artifact(submission)
        trust = tuple(
            each if isinstance(each, str) else brought(self._tenant, each, self._now) for each in submission.trust
        )
        asked = _asked(submission, artifact, evidence, stored, trust)
        key = f"key:{submission.key}" if submission.key is not None else f"request:{asked}"
        standing = verifications.by_key(self._connection, self._tenant, key)
        if standing is not None:
            return _same(standing, asked)
        self._check_in_use(stored)
        settled = Settling(self._service, self._connection, self._tenant, published=is_published(stored)).settle(
            policy, trust
        )
        terms = self._terms(submission, artifact, evidence, stored, settled)
        return self._insert(key, asked, terms)

    def _check_in_use(self, policy: StoredPolicy) -> None:
        """That a new verification may rest on what it names; one that stands is given again, whatever came after."""
        if policy.replaced is not None:
            raise PolicyFault("policy.retired", f"version {policy.version} of {policy.id} is no longer in use")
        if self._withdrawn:
            raise RequestFault("evidence.withdrawn", "this evidence was withdrawn", actual=self._withdrawn[0])

    def _insert(self, key: str, asked: str, terms: Terms) -> Submitted:
        throttle = self._service.throttle
        if throttle is not None:
            throttle.accept(self._principal, verifications.pending(self._connection, self._tenant))
        verification = Verification(
            id=draw_id("verification"),
            tenant=self._tenant,
            key=key,
            request=asked,
            terms=terms_tree(terms),
            artifact=terms.artifact.digests["sha256"],
            policy=terms.policy.digest,
            policy_tenant=terms.policy.tenant,
            actor=self._principal.actor,
            created=self._now,
        )
        if not verifications.insert(self._connection, verification):
            standing = verifications.by_key(self._connection, self._tenant, key)
            if standing is None:
                raise StoreFault("store.unavailable", "a verification came and went under this key")
            return _same(standing, asked)
        detail = {
            "artifact": verification.artifact,
            "policy": terms.policy.digest,
            "policy_tenant": terms.policy.tenant,
        }
        trail.append(
            self._connection,
            self._tenant,
            actor=self._principal.actor,
            act="verification.accepted",
            about=verification.id,
            detail=detail,
            at=self._now,
        )
        return Submitted(verification, True)

    def _policy(self, wanted: PolicyById | PolicyByDigest | PolicyText) -> tuple[StoredPolicy, Policy]:
        limits = self._service.settings.limits
        if isinstance(wanted, PolicyText):
            policy = read_policy_text(wanted.content, limits)
            return keep_inline(self._connection, self._principal, policy, wanted.content, self._now), policy
        found = next(filter(None, (self._find(owner, wanted) for owner in (self._tenant, OPERATOR))), None)
        if found is None:
            raise PolicyFault("policy.unknown", "neither you nor the operator have such a policy")
        return found, read_policy_text(found.content.encode(), limits)

    def _find(self, owner: str, wanted: PolicyById | PolicyByDigest) -> StoredPolicy | None:
        if isinstance(wanted, PolicyByDigest):
            return policies.by_digest(self._connection, owner, wanted.digest)
        if wanted.version is None:
            return policies.present(self._connection, owner, wanted.id)
        return policies.by_version(self._connection, owner, wanted.id, wanted.version)

    def _evidence(self, submission: Submission, given: Mapping[Given, str]) -> tuple[FileTerm, ...]:
        terms, size = [], 0
        for file in submission.evidence:
            if isinstance(file, Given):
                row = StoredEvidence(self._tenant, given[file], file.name, len(file.content), self._now)
                evidence.insert(self._connection, row)
            sha256 = given[file] if isinstance(file, Given) else file.sha256
            stored = evidence.by_sha256(self._connection, self._tenant, sha256)
            if stored is None:
                raise RequestFault("evidence.unknown", "no such evidence was handed in", actual=sha256)
            if stored.withdrawn is not None:
                self._withdrawn.append(sha256)
            size += stored.size
            terms.append(FileTerm(file.name, sha256))
        # A record holds it in base64: what could not be replayed is not taken.
        self._service.settings.limits.check("record", size * 4 // 3)
        return tuple(terms)

    def _artifact(self, submission: Submission) -> ArtifactTerm:
        sha256 = submission.artifact
        found = artifacts.by_sha256(self._connection, self._tenant, sha256)
        if found is None:
            name = submission.name or f"sha256:{sha256}"
            found = Artifact(self._tenant, sha256, name, {"sha256": sha256}, None, False, self._now)
            artifacts.insert(self._connection, found)
        for algorithm in submission.algorithms:
            if algorithm not in found.digests:
                raise RequestFault("request.invalid", "the artifact was not measured so", actual=algorithm[:40])
        wanted = {"sha256", *submission.algorithms} if submission.algorithms else found.digests.keys()
        digests = {name: found.digests[name] for name in sorted(wanted)}
        size = UNSET if found.size is None or submission.digest_alone else found.size
        return ArtifactTerm(submission.name or found.name, digests, size)

    def _terms(
        self,
        submission: Submission,
        artifact: ArtifactTerm,
        evidence: tuple[FileTerm, ...],
        policy: StoredPolicy,
        settled: Settled,
    ) -> Terms:
        limits = self._service.settings.limits
        return Terms(
            artifact=artifact,
            evidence=evidence,
            policy=PolicyTerm(policy.tenant, policy.digest),
            trust=settled.roots,
            keys=settled.keys,
            limits={name: getattr(limits, name) for name in (each.partition("=")[0] for each in raised(limits))},
            now=format_time(self._now),
            version=self._service.settings.version,
            release=UNSET if submission.release is None else submission.release,
        )


def _same(standing: Verification, asked: str) -> Submitted:
    if standing.request != asked:
        raise RequestFault("request.key_reused", "another request was made under this key", actual=standing.id)
    return Submitted(standing, False)


def _asked(
    submission: Submission,
    artifact: ArtifactTerm,
    evidence: tuple[FileTerm, ...],
    policy: StoredPolicy,
    trust: tuple[str | StoredTrust, ...],
) -> str:
    """The digest of what is asked, without the moment and the trust of that moment."""
    tree = {
        "artifact": msgspec.to_builtins(artifact),
        "evidence": msgspec.to_builtins(evidence),
        "policy": {"tenant": policy.tenant, "digest": policy.digest},
        "release": submission.release,
        "trust": [each if isinstance(each, str) else msgspec.to_builtins(term_of(each)) for each in trust],
    }
    return hashlib.sha256(rfc8785.dumps(tree)).hexdigest()


__all__ = ["Given", "Named", "PolicyByDigest", "PolicyById", "PolicyText", "Submission", "Submitted", "submit"]
