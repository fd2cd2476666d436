"""SLSA provenance v0.2: ``https://slsa.dev/provenance/v0.2``.

    {"builder": {"id"}, "buildType",
     "invocation": {"configSource": {"uri", "digest", "entryPoint"}, "parameters", "environment"},
     "materials": [{"uri", "digest"}]}

External parameters are the whole invocation but for its environment, which is the builder's own. The source is the
config source, and what the materials say of the same repository. On GitHub the environment is a further witness.

Spec: https://slsa.dev/spec/v0.2/provenance
"""

from __future__ import annotations

from ..strict_json import Node
from .github_actions import environment_claims, event_inputs
from .provenance import Provenance, SourceClaims, Tree, about, dependency_claims, text_claim

PREDICATE_TYPE = "https://slsa.dev/provenance/v0.2"

GITHUB_BUILD_TYPES = (
    "https://github.com/slsa-framework/slsa-github-generator/go@v1",
    "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
    "https://github.com/slsa-framework/slsa-github-generator/container@v1",
    "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0",
    "https://github.com/npm/cli/gha@v0",
    "https://github.com/npm/cli/gha@v1",
    "https://github.com/npm/cli/gha/v2",
)
"""Build types whose environment is GitHub's; of any other, the environment's words mean what we do not know."""


def read(predicate: Node) -> Provenance:
    """The common view of a v0.2 predicate. Raises: FormatFault ``json.*``."""
    build_type = text_claim(predicate.field("buildType"))
    invocation = predicate.given("invocation")
    environment = invocation.given("environment") if invocation is not None else None
    on_github = build_type.value in GITHUB_BUILD_TYPES
    return Provenance(
        predicate_type=PREDICATE_TYPE,
        builder=text_claim(predicate.field("builder").field("id")),
        build_type=build_type,
        source=_source(predicate, invocation) + (environment_claims(environment) if on_github else SourceClaims()),
        parameters=_parameters(invocation),
        inputs=event_inputs(environment) if on_github else None,
    )


def _source(predicate: Node, invocation: Node | None) -> SourceClaims:
    config = invocation.given("configSource") if invocation is not None else None
    if config is None:
        return SourceClaims()
    claims = dependency_claims(config)
    return claims + about(claims.uri, predicate.given("materials"))


def _parameters(invocation: Node | None) -> Tree:
    if invocation is None:
        return Tree({}, "/predicate/invocation")
    given = {name: value for name, value in invocation.object().items() if name != "environment" and value is not None}
    return Tree(given, invocation.pointer)
