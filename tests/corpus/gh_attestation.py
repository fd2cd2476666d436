"""Family ``gh-attestation``: bundles as ``gh attestation`` and slsa-verifier ask about them, by the engine alone.

What ``gh`` calls owner and repository are claims of the certificate; what it calls signer repository, signer workflow
and SAN are its name.
"""

from __future__ import annotations

import re
from typing import Any

from verifier.policy.model import (
    Exact,
    Expected,
    Pattern,
    PinnedIdentity,
    Policy,
    ProvenanceRequirement,
    SignedRequirement,
    SignerRule,
    TrustRule,
    unsafe_any_identity,
)
from verifier.policy.pattern_syntax import escape

from .cases import Answer, Case
from .judging import measured, nobody, request, verdict_on
from .slsa_policies import GITHUB

HOST = "https://github.com/"
RELEASED = "@refs/tags/v[0-9]+\\.[0-9]+\\.[0-9]+"


def answer(case: Case) -> Answer:
    policy = _builder_policy(case.params) if "builder_id" in case.params else _policy(case.params)
    return verdict_on(request(case, "bundle", measured(case.read("artifact")), policy))


def _builder_policy(params: dict[str, Any]) -> Policy:
    """A reusable workflow at a released version is the builder: it signs, and is not named inside."""
    builder = params["builder_id"]
    signer: SignerRule = nobody("builder")
    if builder is not None:
        signer = PinnedIdentity("builder", "builder", Pattern(f"^{escape(builder)}{RELEASED}$"), GITHUB)
    source = params.get("source_uri")
    requirement = ProvenanceRequirement(("builder",), source=Exact(f"https://{source}") if source else None)
    return Policy("corpus", 1, TrustRule(roots=("trusted_root",)), (signer,), (requirement,))


def _policy(params: dict[str, Any]) -> Policy:
    signer = _signer(params)
    wanted = params.get("predicate_type")
    requirement = SignedRequirement((signer.name,), predicate_type=Exact(wanted) if wanted else None)
    return Policy("corpus", 1, TrustRule(roots=("trusted_root",)), (signer,), (requirement,))


def _signer(params: dict[str, Any]) -> SignerRule:
    """Who was expected; where the row asks for no more than that it verifies, anybody."""
    claims: dict[str, Expected] = {}
    if params.get("owner"):
        claims["source-repository-owner-uri"] = Exact(HOST + params["owner"])
    if params.get("repo"):
        claims["source-repository-uri"] = Exact(HOST + params["repo"])
    identity = _identity(params)
    if identity is None and not claims and not params.get("oidc_issuer"):
        return unsafe_any_identity()
    return PinnedIdentity(
        "expected", "expected", identity or Pattern("^.+$"), params.get("oidc_issuer", GITHUB), None, claims
    )


def _identity(params: dict[str, Any]) -> Expected | None:
    if params.get("san"):
        return Exact(params["san"])
    if params.get("san_regex"):
        return _searched(params["san_regex"])
    if params.get("signer_repo"):
        return Pattern(f"^{escape(HOST + params['signer_repo'] + '/')}.+$")
    if params.get("signer_workflow"):
        workflow = params["signer_workflow"].removeprefix("https://").removeprefix("github.com/")
        return Pattern(f"^{escape(HOST + workflow)}@.+$")
    return None


def _searched(expression: str) -> Expected:
    """The peer looks for its expression anywhere; a dot in a host's name is meant as a dot."""
    text = re.sub(r"(?<!\\)\.(?![*+?{])", r"\\.", expression)
    before = "" if text.startswith("^") else "^.*"
    after = "" if text.endswith("$") else ".*$"
    return Pattern(f"{before}{text}{after}")
