"""Family ``pep740``: PyPI's attestations, asked about file, publisher and what is said of it.

the engine      an attestation, a provenance file or a bundle about a distribution
one function    file names, publishers, certificates by themselves
"""

from __future__ import annotations

import json
from typing import Any

from attestations.digests import Digest
from attestations.distributions import parse_distribution
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault, FormatFault
from attestations.pem import parse_pem
from attestations.publishers import parse_publisher
from attestations.statements import parse_statement
from attestations.strict_json import Node
from verifier.authenticated import Authenticated
from verifier.certificates.certificate import parse_certificate
from verifier.certificates.identities import read_signer
from verifier.certificates.paths import Path
from verifier.checks.signers import groups_of
from verifier.policy.model import (
    Exact,
    Expected,
    Pattern,
    PinnedIdentity,
    Policy,
    SignedRequirement,
    SignerRule,
    TrustRule,
)
from verifier.policy.pattern_syntax import escape
from verifier.policy.publishers import publisher_rule
from verifier.trust import UNBOUNDED, CertificateAuthority

from .asking import NOW
from .cases import Answer, Case, attempt, refusal
from .judging import STAND_IN_RULE, given, measured, nobody, request, unsigned, verdict_on

PUBLISH = "https://docs.pypi.org/attestations/publish/v1"
NAMES = {"type_": "_type", "subjects": "subject", "predicate_type": "predicateType"}
ROLES = ("attestation", "provenance", "bundle", "attestations")
ISSUERS = {
    "https://github.com/": "https://token.actions.githubusercontent.com",
    "https://gitlab.com/": "https://gitlab.com",
}


def answer(case: Case) -> Answer:
    params = case.params
    if case.stage == "filename":
        return attempt(lambda: parse_distribution(params["dist_name"]))
    if case.stage == "identity-policy":
        return attempt(lambda: _certificate(case))
    if not case.files:
        return attempt(lambda: _publisher(params["publisher"], params["expected_kind"]))
    if params.get("parse_only"):
        return attempt(lambda: _parsed(case))
    if case.stage == "statement-policy":
        return _statement(case)
    return verdict_on(request(case, _role(case), _artifact(case), _policy(case, _signer(case))))


def _role(case: Case) -> str:
    return next(role for role in ROLES if role in case.files)


def _publisher(publisher: dict[str, Any], kind: str) -> None:
    """A publisher of the expected kind; its form is read as that kind's."""
    if publisher["kind"] != kind:
        raise FormatFault("publisher.kind", "another kind of publisher")
    parse_publisher(Node(publisher))


def _parsed(case: Case) -> None:
    for item in read_evidence("file", case.read(_role(case))):
        if isinstance(item, Unreadable):
            raise item.fault


def _certificate(case: Case) -> None:
    """Whether a certificate is the publisher's, whoever issued it."""
    pem = case.read("certificate")
    (block,) = parse_pem(pem[pem.index(b"-----BEGIN") :])
    path = Path((parse_certificate(block.content),), CertificateAuthority("unknown", "unknown", (), UNBOUNDED), NOW)
    signer = read_signer(path)
    authenticated = Authenticated(None, signer, (), (), (), None, None)  # type: ignore[arg-type]  # a certificate alone
    groups_of(authenticated, (publisher_rule("publisher", "publisher", _read(case.params)),), NOW)


def _read(params: dict[str, Any]) -> Any:
    return parse_publisher(Node(params["publisher"]))


def _artifact(case: Case) -> Any:
    if "dist" in case.files:
        return measured(case.read("dist"))
    return given(Digest("sha256", case.params["dist_sha256"]))


def _policy(case: Case, signer: SignerRule) -> Policy:
    """A publish attestation by `signer`, about the file of that name."""
    try:
        file = parse_distribution(case.params["dist_name"])
        package = f"pkg:pypi/{file.project}@{file.version.replace('+', '%2B')}?file_name={case.params['dist_name']}"
    except FormatFault:
        package = None
    wanted = Exact(case.params.get("predicate_type", PUBLISH))
    requirement = SignedRequirement((signer.name,), predicate_type=wanted, package=package)
    roots = ("trusted_root",) if "trusted_root" in case.files else ()
    return Policy("corpus", 1, TrustRule(roots=roots), (signer,), (requirement,))


def _signer(case: Case) -> SignerRule:
    """Who was expected to publish: a publisher, an identity, a repository, an account, a pipeline. Nobody, if none."""
    params = case.params
    if "publisher" in params:
        return publisher_rule("expected", "expected", _read(params))
    if "identity" in params and "issuer" in params:
        return PinnedIdentity("expected", "expected", Exact(params["identity"]), params["issuer"])
    repository = params.get("source_repository") or params.get("repository")
    if repository:
        issuer = params.get("issuer") or next(each for host, each in ISSUERS.items() if repository.startswith(host))
        claims: dict[str, Expected] = {"source-repository-uri": Exact(repository)}
        return PinnedIdentity("expected", "expected", Pattern(f"^{escape(repository)}/.+$"), issuer, None, claims)
    account = next((value for name, value in params.items() if name.endswith("service_account")), None)
    if account:
        return _published(kind="Google", email=account)
    project, pipeline = (params.get(f"circleci_{name}_id") for name in ("project", "pipeline_definition"))
    if project and pipeline:
        return _published(kind="CircleCI", project_id=project, pipeline_definition_id=pipeline)
    return nobody("expected")


def _published(**publisher: str) -> SignerRule:
    return publisher_rule("expected", "expected", parse_publisher(Node(publisher)))


def _statement(case: Case) -> Answer:
    """A statement by itself: whoever signed it is taken to be who was expected.

    The peer wrote these out of its own objects, so its names of the members stand where the statement's should.
    """
    payload = json.loads(case.read("payload"))
    try:
        statement = parse_statement(json.dumps({NAMES.get(name, name): payload[name] for name in payload}).encode())
    except Fault as fault:
        return refusal(fault.reason)
    return unsigned(request(case, "payload", _artifact(case), _policy(case, STAND_IN_RULE)), None, statement)
