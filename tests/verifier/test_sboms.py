"""Schemas of SBOMs, and what stands on a verdict about one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from attestations.sboms import FORMATS
from attestations.sboms.cyclonedx import VERSIONS
from attestations.strict_json import Node, loads
from fixtures.build import VECTORS
from fixtures.recipes.sbom import ASKED, CYCLONEDX, LOOSE, policy
from fixtures.recipes.scene import POLICY, policy_file
from fixtures.world import Document
from verifier import sbom_schemas
from verifier.policy.model import Exact, SbomRequirement
from verifier.policy.parse import parse_policy
from verifier.policy.toml import to_toml
from verifier.sbom_schemas import check_schema

from ..vectors.runner import answer


def checked(document: Document) -> str:
    node = Node(loads(bytes(document)))
    return str(check_schema(FORMATS["cyclonedx"](node), node))


@pytest.fixture
def uncached() -> Iterator[None]:
    sbom_schemas._schema.cache_clear()
    yield
    sbom_schemas._schema.cache_clear()


def test_each_version_has_a_schema_of_its_own() -> None:
    plain = Document({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": []})
    found = {checked(plain.set("/specVersion", version)) for version in VERSIONS}
    assert len(found) == len(VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_member_that_the_format_does_not_have_is_refused(version: str) -> None:
    plain = Document({"bomFormat": "CycloneDX", "specVersion": version, "version": 1, "components": [], "x": 1})
    with pytest.raises(Fault) as caught:
        checked(plain)
    assert caught.value.reason == "sbom.schema"


def test_a_refusal_says_where() -> None:
    with pytest.raises(Fault) as caught:
        checked(CYCLONEDX.set("/components/0/type", "magic"))
    fault = caught.value
    assert (fault.reason, fault.place.pointer, fault.actual) == ("sbom.schema", "/components/0/type", "'magic'")


def test_a_date_is_held_to_its_form() -> None:
    with pytest.raises(Fault) as caught:
        checked(CYCLONEDX.set("/metadata/timestamp", "yesterday"))
    assert caught.value.place.pointer == "/metadata/timestamp"


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/version", 10**400), ("/version", 1e300), ("/components/0/name", "\0"), ("/components/0/purl", "x" * 100_000)],
)
def test_t94_what_the_schema_leaves_open_may_be_anything(pointer: str, value: Any) -> None:
    assert checked(CYCLONEDX.set(pointer, value)) == checked(CYCLONEDX)


@pytest.mark.usefixtures("uncached")
@pytest.mark.parametrize("missing", ["jsonschema_rs", "cyclonedx"])
def test_without_the_extra_nothing_is_decided(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(Fault) as caught:
        checked(CYCLONEDX)
    assert caught.value.reason == "sbom.schema_unavailable"


def test_validation_fetches_nothing() -> None:
    with pytest.raises(ValueError, match=r"http://elsewhere\.example/schema"):
        sbom_schemas._nothing("http://elsewhere.example/schema")


def test_what_an_sbom_lists_stands_as_claimed() -> None:
    verdict: Any = answer(VECTORS / "sbom" / "cyclonedx")
    (claims,) = [result for result in verdict.results if result.check == "sbom.claims"]
    assert claims.detail == (
        "claimed, not verified: 3 components, 1 dependency relationship; made by acme-bom 2.1; "
        "dated 2026-03-02T11:00:00Z"
    )


def test_a_policy_of_sboms_alone_is_refused() -> None:
    """An SBOM says what is in an artifact, and never that the vendor released it."""
    alone = policy_file(POLICY.set("/require", [LOOSE]))
    with pytest.raises(Fault) as caught:
        parse_policy(alone.content, alone.name, DEFAULT_LIMITS)
    assert caught.value.reason == "policy.vendor_unsigned"


def test_a_format_that_is_not_read_cannot_be_asked_for() -> None:
    asked = policy_file(policy({**LOOSE, "format": "swid"}))
    with pytest.raises(Fault) as caught:
        parse_policy(asked.content, asked.name, DEFAULT_LIMITS)
    assert (caught.value.reason, caught.value.place.pointer) == ("policy.value", "/require/1/format")


def test_an_sbom_requirement_survives_being_written() -> None:
    first = policy_file(policy(ASKED))
    read = parse_policy(first.content, first.name, DEFAULT_LIMITS)
    again = parse_policy(to_toml(read).encode(), "again", DEFAULT_LIMITS)
    assert again == read
    assert read.requirements[1] == SbomRequirement(
        ("release",), 1, "cyclonedx", Exact("endpoint"), Exact("{version}"), digest=True, schema=True
    )
