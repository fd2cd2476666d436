"""Family ``npm-attestation``: what npm's registry attests and signs, asked about package, version, source and builder.

the engine      attestation files: SLSA provenance by the CI's certificate, and the registry's publish attestation
the engine      manifests: the registry's signature, as of the moment at which the row says it was published
one check       rows that test one function of the peer's on a file that is damaged for it
"""

from __future__ import annotations

import datetime
import re
from base64 import b64decode
from typing import Any

from attestations.bundles import Envelope, Evidence
from attestations.digests import Digest
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from attestations.predicates import PROVENANCE_TYPES
from attestations.predicates.npm_publish import PREDICATE_TYPE as PUBLISH
from attestations.purls import npm_purl
from attestations.statements import Statement, parse_statement
from verifier.authenticate import check_payload_type
from verifier.packages import REGISTRY_SIGNATURE, check_label
from verifier.policy.model import (
    Exact,
    Expected,
    Pattern,
    PinnedIdentity,
    PinnedKey,
    Policy,
    ProvenanceRequirement,
    SignedRequirement,
    SignerRule,
    TrustRule,
    unsafe_any_identity,
)
from verifier.policy.pattern_syntax import escape
from verifier.trust import load_key_file

from .asking import NOW
from .cases import PASS, Answer, Case, refusal
from .judging import STAND_IN_RULE, about, given, measured, nobody, request, unsigned, verdict_on
from .slsa_policies import DELEGATORS, GITHUB, RELEASED

RUNNER = "https://github.com/actions/runner"
ANY_PROVENANCE = Pattern(f"^({'|'.join(escape(each) for each in sorted(PROVENANCE_TYPES))})$")
_BY_ITSELF = re.compile("publish|prov")


def answer(case: Case) -> Answer:
    if case.stage == "registry-signature":
        return _registry(case)
    if case.stage == "end-to-end":
        return _packument(case) if "integrity" in case.params else _whole(case)
    return _unit(case)


def _registry(case: Case) -> Answer:
    """A manifest, by the keys that held when the row says that the version was published."""
    params = case.params
    manifest = case.files["manifest"].name
    digests = [
        Digest("sha512", item.bundle.content.sha512)  # type: ignore[union-attr]  # a manifest holds nothing else
        for item in read_evidence(manifest, case.read("manifest"))
        if isinstance(item, Evidence)
    ]
    signers = _registry_signers(case)
    names = tuple(signer.name for signer in signers)
    package = npm_purl(params["package"], params["version"])
    signed = SignedRequirement(names, predicate_type=Exact(REGISTRY_SIGNATURE), package=package)
    now = datetime.datetime.fromisoformat(params["published"]) if "published" in params else NOW
    artifact = given(*digests) if digests else measured(b"")
    policy = Policy("corpus", 1, TrustRule(), signers, (signed,))
    return verdict_on(request(case, "manifest", artifact, policy, now=now, keys="npm_keys"))


def _registry_signers(case: Case) -> tuple[SignerRule, ...]:
    """Every key that the registry says is its own."""
    keys = load_key_file(case.read("npm_keys"), name="npm_keys", windows={})
    fingerprints = dict.fromkeys(key.key.fingerprint for key in keys)
    return tuple(PinnedKey(str(each), "registry", each) for each in fingerprints) or (nobody("registry"),)


def _packument(case: Case) -> Answer:
    """Both attestations of a package by name, version and integrity; the peer asks nothing of who made provenance."""
    digest = Digest("sha512", b64decode(case.params["integrity"].removeprefix("sha512-")).hex())
    package = npm_purl(case.params["package"], case.params["version"] or "*")
    registry = _registry_signers(case)
    anybody = unsafe_any_identity()
    policy = _policy(
        (*registry, anybody),
        SignedRequirement(("any",), predicate_type=ANY_PROVENANCE, package=package),
        SignedRequirement(tuple(signer.name for signer in registry), predicate_type=Exact(PUBLISH), package=package),
    )
    return verdict_on(request(case, "attestations", given(digest), policy, keys="npm_keys"))


def _whole(case: Case) -> Answer:
    """``slsa-verifier verify-npm-package``: provenance by whom the builder signs with, publication by the registry."""
    registry = _registry_signers(case)
    signer, builder = _builder(case.params)
    package, name = _named(case.params)
    policy = _policy(
        (*registry, signer),
        ProvenanceRequirement(
            (signer.name,), source=_source(case.params), builder=builder, package=package, subject=name
        ),
        SignedRequirement(
            tuple(each.name for each in registry), predicate_type=Exact(PUBLISH), package=package, subject=name
        ),
    )
    return verdict_on(request(case, "attestations", measured(case.read("artifact")), policy, keys="npm_keys"))


def _builder(params: dict[str, Any]) -> tuple[SignerRule, Expected]:
    """npm's own builder runs in the project's workflow and signs as it; any other has a workflow of its own.

    npm called its builder by a shorter name at first, and both names mean GitHub's own runners.
    """
    builder = params["builder_id"]
    if builder is None:
        return nobody("builder"), Exact("")
    if builder.startswith(RUNNER):
        workflow = Pattern(f"^{escape('https://github.com/')}.+$")
        hosted = {"runner-environment": Exact("github-hosted")}
        either = Pattern(f"^{escape(RUNNER)}(/github-hosted)?$")
        exact = builder in (RUNNER, f"{RUNNER}/github-hosted")
        return PinnedIdentity("builder", "builder", workflow, GITHUB, claims=hosted), either if exact else Exact(
            builder
        )
    delegators = Pattern(f"^({'|'.join(escape(each) for each in DELEGATORS)}){RELEASED}$")
    return PinnedIdentity("builder", "builder", delegators, GITHUB), Pattern(f"^{escape(builder)}{RELEASED}$")


def _named(params: dict[str, Any]) -> tuple[str | None, Expected | None]:
    """The package, and the name that the subject must have where only a version is asked for."""
    name, version = params.get("package_name"), params.get("package_version")
    if name is not None:
        return npm_purl(name, version) if version is not None else npm_purl(name, "").removesuffix("@"), None
    return None, Pattern(f"^pkg:npm/.+{escape(f'@{version}')}$") if version is not None else None


def _source(params: dict[str, Any]) -> Expected:
    return Exact(f"https://{params['source_uri']}")


def _policy(signers: tuple[SignerRule, ...], *requirements: SignedRequirement | ProvenanceRequirement) -> Policy:
    return Policy("corpus", 1, TrustRule(roots=("trusted_root",)), signers, requirements)


def _unit(case: Case) -> Answer:
    """One function of the peer's, on the attestation that it looks at; the signature counts only where it is asked."""
    check = case.params["check"]
    if check.endswith("-signature"):
        return _signature(case, publication=check.startswith("publish"))
    package, name = _named(case.params)
    for item in read_evidence("attestations", case.read("attestations")):
        try:
            statement = _labelled(item)
        except Fault as fault:
            return refusal(fault.reason)
        if _BY_ITSELF.match(check) and (statement.predicate_type == PUBLISH) != check.startswith("publish"):
            continue
        signed = SignedRequirement((STAND_IN_RULE.name,), package=package, subject=name)
        policy = Policy("corpus", 1, TrustRule(), (STAND_IN_RULE,), (signed,))
        stated = [Digest("sha512", case.params["artifact_sha512"])] if "artifact_sha512" in case.params else []
        artifact = given(*stated) if stated else about(statement)
        got = unsigned(request(case, "attestations", artifact, policy), _read(item), statement)
        if got != PASS:
            return got
    return PASS


def _labelled(item: Evidence | Unreadable) -> Statement:
    """What an attestation says, held to what its file calls it. Raises: Fault."""
    evidence = _read(item)
    assert isinstance(evidence.bundle.content, Envelope)
    check_payload_type(evidence, evidence.bundle.content.payload_type)
    statement = parse_statement(evidence.bundle.content.payload)
    check_label(evidence, statement)
    return statement


def _read(item: Evidence | Unreadable) -> Evidence:
    if isinstance(item, Unreadable):
        raise item.fault
    return item


def _signature(case: Case, *, publication: bool) -> Answer:
    """Whether one of the two attestations was signed by whom it should be, whatever it says."""
    signers = _registry_signers(case) if publication else (unsafe_any_identity(),)
    names = tuple(signer.name for signer in signers)
    signed = SignedRequirement(names, predicate_type=Exact(PUBLISH) if publication else ANY_PROVENANCE)
    subjects = [
        digest
        for item in read_evidence("attestations", case.read("attestations"))
        for digest in _labelled(item).subjects[0].digests.strong
    ]
    asked = request(case, "attestations", given(*dict.fromkeys(subjects)), _policy(signers, signed), keys="npm_keys")
    return verdict_on(asked)
