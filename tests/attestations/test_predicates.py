"""Predicates: where each version and build type says who built, from what, with what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.predicates import PROVENANCE_TYPES, Provenance, UnknownPredicate, read_predicate
from attestations.predicates.provenance import repository_name, split_uri
from attestations.statements import Claim, Statement, Subject

SUBJECT = Subject("endpoint", DigestSet((Digest("sha256", "00" * 32),)))
COMMIT = "8f" * 20
REPOSITORY = "https://github.com/acme/endpoint"
TAGGED = f"git+{REPOSITORY}@refs/tags/v7.1.0"
GENERATOR = "https://github.com/slsa-framework/slsa-github-generator/"


def statement(version: str, predicate: dict[str, Any] | None) -> Statement:
    kind = version if "://" in version else f"https://slsa.dev/provenance/{version}"
    return Statement("https://in-toto.io/Statement/v1", (SUBJECT,), kind, predicate)


def read(version: str, predicate: dict[str, Any]) -> Provenance:
    provenance = read_predicate(statement(version, predicate))
    assert isinstance(provenance, Provenance)
    return provenance


def told(provenance: Provenance) -> dict[str, list[str]]:
    """What the view says of the source, by field."""
    source = provenance.source
    fields = {"uri": source.uri, "ref": source.ref, "tag": source.tag, "branch": source.branch, "commit": source.commit}
    return {name: [claim.value for claim in claims] for name, claims in fields.items() if claims}


def v1(build_type: str, external: dict[str, Any], **more: Any) -> dict[str, Any]:
    definition = {"buildType": build_type, "externalParameters": external, **more}
    return {"buildDefinition": definition, "runDetails": {"builder": {"id": "https://builder.example"}}}


def test_github_workflow_v1() -> None:
    external = {"workflow": {"ref": "refs/tags/v7.1.0", "repository": REPOSITORY, "path": "release.yml"}}
    dependencies = [
        {"uri": TAGGED, "digest": {"gitCommit": COMMIT}},
        {"uri": "git+https://github.com/other/library@refs/heads/main", "digest": {"gitCommit": "00" * 20}},
    ]
    provenance = read(
        "v1", v1("https://actions.github.io/buildtypes/workflow/v1", external, resolvedDependencies=dependencies)
    )
    assert told(provenance) == {
        "uri": [REPOSITORY, f"git+{REPOSITORY}"],
        "ref": ["refs/tags/v7.1.0"] * 2,
        "tag": ["v7.1.0"] * 2,
        "commit": [COMMIT],
    }
    assert provenance.builder == Claim("https://builder.example", "/predicate/runDetails/builder/id")
    assert provenance.source.uri[0].pointer == "/predicate/buildDefinition/externalParameters/workflow/repository"
    assert (provenance.parameters.value, provenance.parameters.pointer) == (
        external,
        "/predicate/buildDefinition/externalParameters",
    )


def test_a_delegated_build_has_its_source_first_among_the_dependencies() -> None:
    internal = {
        "GITHUB_REF": "refs/tags/v7.1.0",
        "GITHUB_SHA": COMMIT,
        "GITHUB_EVENT_PAYLOAD": {"base_ref": "refs/heads/main", "inputs": {"channel": "stable"}},
    }
    dependencies = [{"uri": TAGGED, "digest": {"gitCommit": COMMIT}}]
    external = {"inputs": {"rekor-log-public": False}}
    provenance = read(
        "v1",
        v1(
            f"{GENERATOR}delegator-generic@v0", external, resolvedDependencies=dependencies, internalParameters=internal
        ),
    )
    assert told(provenance) == {
        "uri": [f"git+{REPOSITORY}"],
        "ref": ["refs/tags/v7.1.0"] * 2,
        "tag": ["v7.1.0"] * 2,
        "branch": ["main"],
        "commit": [COMMIT] * 2,
    }
    assert provenance.inputs is not None
    assert provenance.inputs.value == {"channel": "stable"}
    assert provenance.parameters.value == external


def test_a_container_based_build() -> None:
    source = {"uri": f"git+{REPOSITORY}@refs/heads/main", "digest": {"sha1": COMMIT}}
    provenance = read("v1", v1("https://slsa.dev/container-based-build/v0.1?draft", {"source": source}))
    assert told(provenance) == {
        "uri": [f"git+{REPOSITORY}"],
        "ref": ["refs/heads/main"],
        "branch": ["main"],
        "commit": [COMMIT],
    }


def test_cloud_build_v1() -> None:
    external = {"buildConfigSource": {"path": "cloudbuild.yaml", "ref": "refs/tags/v7.1.0", "repository": REPOSITORY}}
    substitutions = {"TAG_NAME": "v7.1.0", "BRANCH_NAME": "main", "COMMIT_SHA": COMMIT}
    provenance = read(
        "v1",
        v1(
            "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
            external,
            internalParameters={"systemSubstitutions": substitutions},
        ),
    )
    assert told(provenance) == {
        "uri": [REPOSITORY],
        "ref": ["refs/tags/v7.1.0"],
        "tag": ["v7.1.0"] * 2,
        "branch": ["main"],
        "commit": [COMMIT],
    }


def test_a_build_type_that_is_not_known_tells_no_source() -> None:
    """Its fields may mean anything; parameters and builder are the version's own and are read."""
    provenance = read("v1", v1("https://acme.example/build", {"workflow": {"repository": REPOSITORY}}))
    assert told(provenance) == {}
    assert provenance.parameters.value == {"workflow": {"repository": REPOSITORY}}


def v02(build_type: str, **invocation: Any) -> dict[str, Any]:
    return {"builder": {"id": "https://builder.example"}, "buildType": build_type, "invocation": invocation}


def test_a_generator_in_v02() -> None:
    config = {"uri": TAGGED, "digest": {"sha1": COMMIT}, "entryPoint": "release.yml"}
    environment = {
        "github_ref": "refs/tags/v7.1.0",
        "github_sha1": COMMIT,
        "github_event_payload": {"base_ref": "refs/heads/main", "inputs": None},
    }
    predicate = v02(f"{GENERATOR}go@v1", configSource=config, parameters={}, environment=environment)
    predicate["materials"] = [{"uri": TAGGED, "digest": {"sha1": COMMIT}}, {"uri": "https://example.com/image"}]
    provenance = read("v0.2", predicate)
    assert told(provenance) == {
        "uri": [f"git+{REPOSITORY}"] * 2,
        "ref": ["refs/tags/v7.1.0"] * 3,
        "tag": ["v7.1.0"] * 3,
        "branch": ["main"],
        "commit": [COMMIT] * 3,
    }
    assert provenance.inputs is None
    assert provenance.parameters.value == {"configSource": config, "parameters": {}}
    assert provenance.parameters.pointer == "/predicate/invocation"


def test_npms_generator_writes_its_environment_in_upper_case() -> None:
    environment = {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": COMMIT}
    provenance = read("v0.2", v02("https://github.com/npm/cli/gha/v2", environment=environment))
    assert told(provenance) == {"ref": ["refs/heads/main"], "branch": ["main"], "commit": [COMMIT]}


def test_the_environment_of_a_build_type_that_is_not_known_says_nothing() -> None:
    environment = {"github_ref": "refs/heads/main", "github_event_payload": {"inputs": {"a": "b"}}}
    provenance = read("v0.2", v02("https://acme.example/build", environment=environment))
    assert told(provenance) == {}
    assert provenance.inputs is None


def test_v02_without_an_invocation() -> None:
    provenance = read("v0.2", {"builder": {"id": "https://b.example"}, "buildType": "https://t.example"})
    assert (told(provenance), provenance.parameters.value) == ({}, {})


def v01(recipe: dict[str, Any], *materials: dict[str, Any]) -> dict[str, Any]:
    return {"builder": {"id": "https://builder.example"}, "recipe": recipe, "materials": list(materials)}


CLOUD = {
    "type": "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1",
    "entryPoint": "cloudbuild.yaml",
    "arguments": {
        "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.Build",
        "substitutions": {"TAG_NAME": "v7.1.0", "COMMIT_SHA": COMMIT},
    },
}


def test_cloud_build_in_v01() -> None:
    provenance = read("v0.1", v01(CLOUD, {"uri": REPOSITORY, "digest": {"sha1": COMMIT}}))
    assert told(provenance) == {"uri": [REPOSITORY], "tag": ["v7.1.0"], "commit": [COMMIT] * 2}
    assert set(provenance.parameters.value) == {"entryPoint", "arguments"}


def test_older_cloud_build_has_the_commit_in_the_path() -> None:
    bare = CLOUD | {"arguments": {"@type": "type.googleapis.com/google.devtools.cloudbuild.v1.Build"}}
    assert told(read("v0.1", v01(bare, {"uri": f"{REPOSITORY}/commit/{COMMIT}"}))) == {
        "uri": [REPOSITORY],
        "commit": [COMMIT],
    }


def test_a_cloud_build_recipe_holds_a_cloud_build() -> None:
    other = CLOUD | {"arguments": {"@type": "type.googleapis.com/other"}}
    with pytest.raises(Fault) as caught:
        read("v0.1", v01(other))
    assert caught.value.reason == "provenance.build_type"
    assert caught.value.place.pointer == "/predicate/recipe/arguments/@type"


@pytest.mark.parametrize(("index", "found"), [(None, {}), (-1, {}), (7, {}), (1, {"uri": ["git+https://b.example/b"]})])
def test_any_other_recipe_says_which_material_it_is_in(index: int | None, found: dict[str, list[str]]) -> None:
    recipe = {"type": "https://t.example"} | ({} if index is None else {"definedInMaterial": index})
    materials = ({"uri": "git+https://a.example/a"}, {"uri": "git+https://b.example/b"})
    assert told(read("v0.1", v01(recipe, *materials))) == found


def test_t61_an_unknown_type_is_kept_and_named() -> None:
    kept = read_predicate(statement("https://acme.example/audit/v1", {"a": 1}))
    assert isinstance(kept, UnknownPredicate)
    assert not isinstance(kept, Provenance)


@pytest.mark.parametrize("kind", sorted(PROVENANCE_TYPES))
@pytest.mark.parametrize("predicate", [None, {}, {"builder": "x"}, {"builder": {"id": 1}}, {"buildDefinition": []}])
def test_t94_provenance_that_breaks_its_rules_is_refused(kind: str, predicate: dict[str, Any] | None) -> None:
    with pytest.raises(Fault) as caught:
        read_predicate(statement(kind, predicate), source="bundle.json")
    assert caught.value.place.source == "bundle.json"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
FULL = {
    "v1": v1("https://actions.github.io/buildtypes/workflow/v1", {"workflow": {"repository": REPOSITORY}}),
    "v0.2": v02(f"{GENERATOR}go@v1", configSource={"uri": TAGGED}, environment={"github_event_payload": {}}),
    "v0.1": v01(CLOUD, {"uri": REPOSITORY}),
}


@given(st.sampled_from(sorted(FULL)), JSON, st.data())
def test_t94_any_value_in_any_place_is_read_or_refused(version: str, value: Any, data: st.DataObject) -> None:
    def replaced(node: Any) -> Any:
        if isinstance(node, dict) and node and data.draw(st.booleans()):
            name = data.draw(st.sampled_from(sorted(node)))
            return node | {name: replaced(node[name])}
        return value

    predicate = replaced(FULL[version])
    try:
        read_predicate(statement(version, predicate if isinstance(predicate, dict) else {}))
    except Fault:
        return


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        (TAGGED, (f"git+{REPOSITORY}", "refs/tags/v7.1.0")),
        (f"git+{REPOSITORY}@@refs/heads/main", (f"git+{REPOSITORY}", "refs/heads/main")),
        ("git+ssh://git@example.com/a/b@refs/heads/a@b", ("git+ssh://git@example.com/a/b", "refs/heads/a@b")),
        ("git+ssh://git@example.com/a/b", ("git+ssh://git@example.com/a/b", "")),
        ("gs://bucket/source.tgz#1665", ("gs://bucket/source.tgz", "1665")),
        ("pkg:generic/a@1", ("pkg:generic/a@1", "")),
        ("", ("", "")),
    ],
)
def test_a_source_uri_is_a_repository_and_a_ref(uri: str, parts: tuple[str, str]) -> None:
    assert split_uri(uri) == parts


def test_one_repository_has_several_spellings_and_no_other_is_like_it() -> None:
    same = {REPOSITORY, f"git+{REPOSITORY}", f"{REPOSITORY}.git", f"{REPOSITORY}/", f"git+{REPOSITORY}.git"}
    assert {repository_name(uri) for uri in same} == {REPOSITORY}
    for other in (f"{REPOSITORY}-evil", "https://github.com/ACME/endpoint", "ssh://github.com/acme/endpoint"):
        assert repository_name(other) != REPOSITORY
