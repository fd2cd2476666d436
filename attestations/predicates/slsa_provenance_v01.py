"""SLSA provenance v0.1: ``https://slsa.dev/provenance/v0.1``. In use by Google Cloud Build until it moved to v1.

    {"builder": {"id"}, "recipe": {"type", "definedInMaterial", "entryPoint", "arguments", "environment"},
     "materials": [{"uri", "digest"}]}

External parameters are the recipe's entry point and arguments. The source is the material that the recipe says it is
defined in; Cloud Build says -1 or nothing there and puts its source first.

Spec: https://slsa.dev/spec/v0.1/provenance; https://cloud.google.com/build/docs/securing-builds/slsa-provenance
"""

from __future__ import annotations

from ..statements import Claim
from ..strict_json import Node
from .provenance import Provenance, SourceClaims, Tree, commit_claims, dependency_claims, text_claim

PREDICATE_TYPE = "https://slsa.dev/provenance/v0.1"

_CLOUD_BUILD = "https://cloudbuild.googleapis.com/"
_COMMIT_PATH = "/commit/"
"""Older Cloud Build writes the commit into the URI: ``https://github.com/o/r/commit/<id>``."""
_BUILD_MESSAGE = "type.googleapis.com/google.devtools.cloudbuild.v1.Build"


def read(predicate: Node) -> Provenance:
    """The common view of a v0.1 predicate.

    Raises:
        FormatFault: ``json.*``; ``provenance.build_type`` where a Cloud Build recipe's arguments are no build of it.
    """
    recipe = predicate.field("recipe")
    build_type = text_claim(recipe.field("type"))
    if build_type.value.startswith(_CLOUD_BUILD):
        source = _material(predicate, 0) + _cloud_build(recipe)
    else:
        source = _material(predicate, _defined_in(recipe))
    given = {name: value for name, value in recipe.object().items() if name in ("entryPoint", "arguments")}
    return Provenance(
        predicate_type=PREDICATE_TYPE,
        builder=text_claim(predicate.field("builder").field("id")),
        build_type=build_type,
        source=source,
        parameters=Tree(given, recipe.pointer),
        inputs=None,
    )


def _defined_in(recipe: Node) -> int | None:
    index = recipe.given("definedInMaterial")
    return index.integer() if index is not None else None


def _material(predicate: Node, index: int | None) -> SourceClaims:
    materials = predicate.given("materials")
    items = tuple(materials.items()) if materials is not None else ()
    if index is None or not 0 <= index < len(items):
        return SourceClaims()
    claims = dependency_claims(items[index])
    for uri in claims.uri:
        repository, separator, commit = uri.value.partition(_COMMIT_PATH)
        if separator and not claims.commit:
            return SourceClaims(uri=(Claim(repository, uri.pointer),), commit=(Claim(commit, uri.pointer),))
    return claims


def _cloud_build(recipe: Node) -> SourceClaims:
    arguments = recipe.given("arguments")
    if arguments is None:
        return SourceClaims()
    kind = arguments.field("@type")
    if kind.text() != _BUILD_MESSAGE:
        raise kind.fault("provenance.build_type", "not the arguments of a Cloud Build recipe", expected=_BUILD_MESSAGE)
    substitutions = arguments.given("substitutions")
    return substitution_claims(substitutions) if substitutions is not None else SourceClaims()


def substitution_claims(substitutions: Node) -> SourceClaims:
    """What Cloud Build's built-in substitutions say of the source. Raises: FormatFault ``json.type``.

    Spec: https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values
    """
    tag, branch = substitutions.given("TAG_NAME"), substitutions.given("BRANCH_NAME")
    return commit_claims(substitutions.given("COMMIT_SHA")) + SourceClaims(
        tag=(text_claim(tag),) if tag is not None else (),
        branch=(text_claim(branch),) if branch is not None else (),
    )
