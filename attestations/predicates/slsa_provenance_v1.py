"""SLSA provenance v1: ``https://slsa.dev/provenance/v1``.

    {"buildDefinition": {"buildType", "externalParameters", "internalParameters", "resolvedDependencies"},
     "runDetails": {"builder": {"id"}}}

Where the source stands is the build type's to say: `BUILD_TYPES`. Of a build type that is not there nothing is read
but builder, type and parameters; a policy that asks for its source finds the claim missing.

Spec: https://slsa.dev/spec/v1.2/build-provenance
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..resources import parse_resource
from ..strict_json import Node
from .github_actions import environment_claims, event_inputs
from .provenance import Provenance, SourceClaims, Tree, about, dependency_claims, ref_claims, text_claim, tree
from .slsa_provenance_v01 import substitution_claims

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"


def read(predicate: Node) -> Provenance:
    """The common view of a v1 predicate, whose dependencies must each say which resource they mean.

    Raises: FormatFault ``json.*``, ``resource.empty``, ``digest.value``.
    """
    definition = predicate.field("buildDefinition")
    dependencies = definition.given("resolvedDependencies")
    for dependency in dependencies.items() if dependencies is not None else ():
        parse_resource(dependency)
    build_type = text_claim(definition.field("buildType"))
    read_source = BUILD_TYPES.get(build_type.value)
    source, inputs = read_source(definition) if read_source is not None else (SourceClaims(), None)
    return Provenance(
        predicate_type=PREDICATE_TYPE,
        builder=text_claim(predicate.field("runDetails").field("builder").field("id")),
        build_type=build_type,
        source=source,
        parameters=tree(definition.field("externalParameters")),
        inputs=inputs,
    )


_Facts = tuple[SourceClaims, Tree | None]


def _github_workflow(definition: Node) -> _Facts:
    """Spec: https://actions.github.io/buildtypes/workflow/v1"""
    external = definition.field("externalParameters")
    workflow = external.given("workflow")
    inputs = external.given("inputs")
    if workflow is None:
        return SourceClaims(), None
    claims = SourceClaims(uri=(text_claim(workflow.field("repository")),)) + ref_claims(workflow.given("ref"))
    claims += about(claims.uri, definition.given("resolvedDependencies"))
    return claims, tree(inputs) if inputs is not None else None


def _delegator(definition: Node) -> _Facts:
    """The source is the first dependency.

    Spec: https://github.com/slsa-framework/slsa-github-generator/blob/main/internal/builders/delegator
    """
    dependencies = definition.given("resolvedDependencies")
    first = next(dependencies.items(), None) if dependencies is not None else None
    internal = definition.given("internalParameters")
    claims = dependency_claims(first) if first is not None else SourceClaims()
    return claims + environment_claims(internal), event_inputs(internal)


def _container_based(definition: Node) -> _Facts:
    """Spec: https://slsa.dev/container-based-build/v0.1?draft"""
    internal = definition.given("internalParameters")
    claims = dependency_claims(definition.field("externalParameters").field("source"))
    claims += about(claims.uri, definition.given("resolvedDependencies")) + environment_claims(internal)
    return claims, event_inputs(internal)


def _cloud_build(definition: Node) -> _Facts:
    """Spec: https://cloud.google.com/build/docs/securing-builds/slsa-provenance, build type google-worker/v1"""
    external = definition.field("externalParameters")
    claims = SourceClaims()
    for name in ("sourceToBuild", "buildConfigSource"):
        source = external.given(name)
        if source is not None:
            claims += SourceClaims(uri=(text_claim(source.field("repository")),)) + ref_claims(source.given("ref"))
            break
    claims += about(claims.uri, definition.given("resolvedDependencies"))
    internal = definition.given("internalParameters")
    substitutions = internal.given("systemSubstitutions") if internal is not None else None
    if substitutions is not None:
        claims += substitution_claims(substitutions)
    return claims, None


OWN_BUILD_TYPE = "https://countersign.example/types/build/v1"
"""The build type of builds that have no other: `_own`."""


def _own(definition: Node) -> _Facts:
    """``{"source": {"repository": …, "ref": …}, "inputs": {…}}``, each of the latter and the ref optional.

    The commit stands in the resolved dependency that is the repository. Spec: docs/reference/signing.md
    """
    external = definition.field("externalParameters")
    source = external.field("source")
    inputs = external.given("inputs")
    claims = SourceClaims(uri=(text_claim(source.field("repository")),)) + ref_claims(source.given("ref"))
    claims += about(claims.uri, definition.given("resolvedDependencies"))
    return claims, tree(inputs) if inputs is not None else None


BUILD_TYPES: Mapping[str, Callable[[Node], _Facts]] = {
    "https://actions.github.io/buildtypes/workflow/v1": _github_workflow,
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1": _github_workflow,
    "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0": _delegator,
    "https://slsa.dev/container-based-build/v0.1?draft": _container_based,
    "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1": _cloud_build,
    OWN_BUILD_TYPE: _own,
}
"""Build types whose words for the source are known, each with its reader: this one table."""
