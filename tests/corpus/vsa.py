"""Family ``vsa``: verification summaries under pinned keys, as slsa-verifier asks about them.

The peer takes a signature only by its key id: where none is given, by the key's OpenSSH fingerprint. What a row does
not ask for (null) is taken as the statement has it.
"""

from __future__ import annotations

from typing import Any

from attestations.bundles import Envelope, Evidence
from attestations.digests import Digest, DigestSet
from attestations.dsse import pae
from attestations.predicates import VerificationSummary, read_predicate
from attestations.statements import Statement, parse_statement
from attestations.strict_json import Node, loads
from verifier.faults import CheckFault
from verifier.key_files import TrustedKey
from verifier.keys import load_pem, openssh_fingerprint
from verifier.reasons import REASONS
from verifier.signatures import named, schemes_for, verify
from verifier.summary_checks import check_levels, check_resource, check_result, check_verifier
from verifier.verdict_check import About, Checked, Expectations, check_subject, check_summary
from verifier.windows import UNBOUNDED

from .asking import NOW, only_evidence
from .cases import PASS, Answer, Case, attempt, refusal


def answer(case: Case) -> Answer:
    if case.params.get("check") == "verified_levels-only":
        return attempt(lambda: _levels(case))
    if case.params.get("check") == "policy":
        return attempt(lambda: _statement_alone(case))
    read = attempt(lambda: only_evidence(case, "attestation"))
    return read if read != PASS else _signed(case)


def _levels(case: Case) -> None:
    node = Node(loads(case.read("statement"))).field("predicate").field("verifiedLevels")
    check_levels([level.text() for level in node.items()], case.params["verified_levels"])


def _statement_alone(case: Case) -> None:
    statement = parse_statement(case.read("statement"))
    summary = read_predicate(statement)
    assert isinstance(summary, VerificationSummary)
    check_subject(statement, About(_digests(case.params["subject_digests"]), measured=False))
    check_verifier(summary, case.params["verifier_id"])
    check_resource(summary, case.params["resource_uri"])
    check_result(summary)
    check_levels([level.value for level in summary.levels], case.params["verified_levels"])


def _signed(case: Case) -> Answer:
    evidence = only_evidence(case, "attestation")
    key = load_pem(case.read("key"))
    hashing = case.params.get("hash_alg", "sha256")
    if hashing != schemes_for(key)[0].hash:
        return attempt(lambda: _by_scheme(case, evidence, f"{key.algorithm}-{hashing}"))
    content = evidence.bundle.content
    assert isinstance(content, Envelope)
    expected, artifact = _asked(case.params, parse_statement(content.payload), openssh_fingerprint(key))
    trusted = TrustedKey(key, UNBOUNDED, "key")
    return _answer(check_summary(evidence, expected, about=About(artifact, measured=False), keys=(trusted,), now=NOW))


def _by_scheme(case: Case, evidence: Evidence, scheme: str) -> None:
    content = evidence.bundle.content
    assert isinstance(content, Envelope)
    for signature in content.signatures:
        covered = pae(content.payload_type, content.payload)
        verify(load_pem(case.read("key")), signature.value, covered, scheme=named(scheme))


def _asked(params: dict[str, Any], statement: Statement, fingerprint: str | None) -> tuple[Expectations, DigestSet]:
    summary = read_predicate(statement)
    if not isinstance(summary, VerificationSummary):
        raise CheckFault("vsa.predicate_type", "no summary")
    verifier, resource = params.get("verifier_id"), params.get("resource_uri")
    expected = Expectations(
        verifier=summary.verifier.value if verifier is None else verifier,
        resource=summary.resource.value if resource is None else resource,
        levels=tuple(params.get("verified_levels") or ()),
        key_id=params.get("public_key_id") or fingerprint,
    )
    digests = params.get("subject_digests")
    return expected, statement.subjects[0].digests if digests is None else _digests(digests)


def _digests(texts: list[str]) -> DigestSet:
    return DigestSet(tuple(sorted(Digest(*text.split(":", 1)) for text in texts)))


def _answer(checked: Checked) -> Answer:
    reasons = [each.reason for each in checked.results if each.reason and REASONS[each.reason].kind != "finding"]
    return refusal(reasons[0]) if reasons else PASS
