"""Rows of ``slsa-provenance`` that test one function of the peer's: one check of ours, on the statement alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attestations.bundles import Envelope, Evidence
from attestations.digests import Digest, DigestSet, parse_digest
from attestations.evidence import Unreadable
from attestations.predicates import read_predicate
from attestations.statements import Statement, parse_statement
from verifier.authenticate import Thresholds, authenticate_signature
from verifier.authenticated import Authenticated, KeySigner
from verifier.checks.check import Attestation
from verifier.checks.statements import CHECKS
from verifier.checks.subject import bind_subjects
from verifier.faults import CheckFault
from verifier.policy.model import ProvenanceRequirement
from verifier.trust import TrustedKey

from .asking import NOW
from .cases import Answer, Case, attempt, refusal
from .slsa_policies import cloud_policy

TYPES = {"v0.1": "https://slsa.dev/provenance/v0.1", "v1.0": "https://slsa.dev/provenance/v1"}

FIELDS: Mapping[str, tuple[str, ...]] = {
    "builder_id": ("builder", "build_type"),
    "source_uri": ("source",),
    "tag": ("tag",),
    "versioned_tag": ("versioned_tag",),
    "branch": ("branch",),
}
"""By the peer's function: the policy fields whose checks say the same."""


def answer(case: Case, items: tuple[Evidence | Unreadable, ...], keys: tuple[TrustedKey, ...]) -> Answer:
    """The answer of one check."""
    for item in items:
        if isinstance(item, Unreadable):
            return refusal(item.fault.reason)
    evidence = tuple(item for item in items if isinstance(item, Evidence))
    road = _fields if case.params["check"] in FIELDS else ROADS.get(case.params["check"], _whole)
    return attempt(lambda: road(case, evidence, keys))


def _signature(case: Case, items: tuple[Evidence, ...], keys: tuple[TrustedKey, ...]) -> None:
    for item in items:
        authenticate_signature(
            item,
            artifact=DigestSet(()),
            trust=(),
            keys=keys,
            requirements=Thresholds(logs=0, times=0, scts=0),
            now=NOW,
        )


def _subject(case: Case, items: tuple[Evidence, ...], keys: tuple[TrustedKey, ...]) -> None:
    bind_subjects(_statement(case, items)[1], DigestSet((parse_digest(case.params["image_digest"]),)), measured=False)


def _whole(case: Case, items: tuple[Evidence, ...], keys: tuple[TrustedKey, ...]) -> None:
    """That file, statement and predicate keep their formats."""
    read_predicate(_statement(case, items)[1])


def _fields(case: Case, items: tuple[Evidence, ...], keys: tuple[TrustedKey, ...]) -> None:
    item, statement = _statement(case, items)
    signer = KeySigner(Digest("sha256", "0" * 64))
    attestation = Attestation(
        Authenticated(item, signer, (), (), (), statement, None), statement.subjects, read_predicate(statement)
    )
    builder = case.params.get("builder_id") if case.params["check"] == "builder_id" else None
    (requirement,) = cloud_policy(case.params, builder, keys).requirements
    assert isinstance(requirement, ProvenanceRequirement)
    for check in CHECKS:
        if check.field in FIELDS[case.params["check"]]:
            check.run(getattr(requirement, check.field), attestation)


def _statement(case: Case, items: tuple[Evidence, ...]) -> tuple[Evidence, Statement]:
    """The statement of the provenance version that the row is about."""
    for item in items:
        assert isinstance(item.bundle.content, Envelope)
        statement = parse_statement(item.bundle.content.payload)
        if statement.predicate_type == TYPES.get(case.params["provenance_version"]):
            return item, statement
    raise CheckFault("predicate_type.absent", "no statement of that version")


ROADS: Mapping[str, Callable[[Case, tuple[Evidence, ...], tuple[TrustedKey, ...]], None]] = {
    "signature": _signature,
    "subject_digest": _subject,
    "summary_digest": _subject,
    "metadata": _subject,
}
