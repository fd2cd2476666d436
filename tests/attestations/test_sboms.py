"""SBOMs as they say they are: CycloneDX and SPDX in one view, and what neither may be."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.digests import Digest, DigestSet
from attestations.documents import Document
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.sboms import FORMATS, Sbom, format_of, node_of
from attestations.strict_json import Node
from fixtures.recipes.sbom import CYCLONEDX, SPDX_2

HEX = "ab" * 32


def cyclonedx(**changes: Any) -> Sbom:
    return FORMATS["cyclonedx"](Node(json.loads(bytes(CYCLONEDX)) | changes))


def spdx(**changes: Any) -> Sbom:
    return FORMATS["spdx"](Node(json.loads(bytes(SPDX_2)) | changes))


def reason(kind: str, **changes: Any) -> str:
    with pytest.raises(Fault) as caught:
        {"cyclonedx": cyclonedx, "spdx": spdx}[kind](**changes)
    return caught.value.reason


def test_cyclonedx_says_what_it_is_of_and_how_much_it_lists() -> None:
    sbom = cyclonedx()
    (root,) = sbom.roots
    assert root.name is not None and (root.name.value, root.name.pointer) == ("endpoint", "/metadata/component/name")
    assert root.version is not None and root.version.value == "7.1.0"
    assert root.digests.get("sha256") is not None
    assert (sbom.version, sbom.components, sbom.dependencies, sbom.tools) == ("1.6", 3, 1, ("acme-bom 2.1",))
    assert sbom.created is not None and sbom.created.value == "2026-03-02T11:00:00Z"


def test_spdx_says_the_same_in_its_words() -> None:
    sbom = spdx()
    (root,) = sbom.roots
    assert root.name is not None and root.name.value == "endpoint"
    assert (sbom.version, sbom.components, sbom.files, sbom.dependencies) == ("2.3", 1, 1, 1)
    assert sbom.tools == ("acme-bom-2.1",)


def test_tools_stand_in_a_list_too() -> None:
    old = [{"vendor": "acme", "name": "bom", "version": "1"}, {"vendor": "acme"}]
    assert cyclonedx(metadata={"tools": old}).tools == ("bom 1",)
    assert cyclonedx(metadata={}).roots == ()


def test_components_within_the_root_count() -> None:
    inner = {"name": "endpoint", "components": [{"name": "a", "components": [{"name": "b"}]}]}
    assert cyclonedx(metadata={"component": inner}, components=[]).components == 2


@pytest.mark.parametrize(
    ("described", "found"),
    [
        ({"documentDescribes": ["SPDXRef-zlib"], "relationships": []}, ["zlib"]),
        ({"documentDescribes": ["SPDXRef-readme"], "relationships": []}, ["./README"]),
        ({"documentDescribes": ["NOASSERTION"], "relationships": []}, []),
        ({"documentDescribes": ["DocumentRef-x:SPDXRef-y"], "relationships": []}, [None]),
        ({"documentDescribes": ["SPDXRef-endpoint", "SPDXRef-zlib"]}, ["endpoint", "zlib"]),
    ],
)
def test_spdx_describes_in_every_way(described: dict[str, Any], found: list[str | None]) -> None:
    assert [root.name.value if root.name is not None else None for root in spdx(**described).roots] == found


def test_described_by_is_describes_from_the_other_end() -> None:
    relation = {
        "spdxElementId": "SPDXRef-zlib",
        "relationshipType": "DESCRIBED_BY",
        "relatedSpdxElement": "SPDXRef-DOCUMENT",
    }
    (root,) = spdx(relationships=[relation]).roots
    assert root.name is not None and root.name.value == "zlib"


def hashes(*pairs: tuple[str, str]) -> dict[str, Any]:
    listed = [{"alg": algorithm, "content": value} for algorithm, value in pairs]
    return {"component": {"name": "endpoint", "hashes": listed}}


def test_digests_are_taken_in_either_case_and_of_unknown_algorithms_none() -> None:
    (root,) = cyclonedx(metadata=hashes(("SHA-256", HEX.upper()), ("BLAKE3", "00"), ("SHA-256", HEX))).roots
    assert root.digests == DigestSet((Digest("sha256", HEX),))


@pytest.mark.parametrize("value", ["", "ab", HEX[:-1], HEX + "ab", "zz" * 32, " " + HEX[1:], "é" * 64])
def test_t07_a_digest_is_of_its_algorithms_length(value: str) -> None:
    assert reason("cyclonedx", metadata=hashes(("SHA-256", value))) == "digest.value"


def test_t07_one_algorithm_gives_one_digest() -> None:
    assert reason("cyclonedx", metadata=hashes(("SHA-256", HEX), ("SHA-256", "cd" * 32))) == "sbom.digests"


BROKEN: dict[str, tuple[str, dict[str, Any], str]] = {
    "another format": ("cyclonedx", {"bomFormat": "cyclonedx"}, "json.value"),
    "a later version": ("cyclonedx", {"specVersion": "2.0"}, "sbom.version_unsupported"),
    "an older version": ("cyclonedx", {"specVersion": "1.1"}, "sbom.version_unsupported"),
    "a version that is a number": ("cyclonedx", {"specVersion": 1.6}, "json.type"),
    "a nameless root": ("cyclonedx", {"metadata": {"component": {}}}, "json.missing"),
    "components that are an object": ("cyclonedx", {"components": {}}, "json.type"),
    "tools that are a text": ("cyclonedx", {"metadata": {"tools": "bom"}}, "json.type"),
    "a version without its prefix": ("spdx", {"spdxVersion": "2.3"}, "sbom.version_unsupported"),
    "an older SPDX": ("spdx", {"spdxVersion": "SPDX-2.1"}, "sbom.version_unsupported"),
    "JSON-LD": ("spdx", {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}, "sbom.version_unsupported"),
    "nobody's work": ("spdx", {"creationInfo": {"created": "2026"}}, "json.missing"),
    "a package without an id": ("spdx", {"packages": [{"name": "a"}]}, "json.missing"),
    "one id twice": ("spdx", {"files": [{"SPDXID": "a"}, {"SPDXID": "a"}]}, "sbom.duplicate"),
    "nothing that is described": ("spdx", {"packages": []}, "sbom.dangling"),
}


@pytest.mark.parametrize("kind,changes,expected", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused(kind: str, changes: dict[str, Any], expected: str) -> None:
    assert reason(kind, **changes) == expected


def test_a_type_may_carry_its_version() -> None:
    kinds = ("https://cyclonedx.org/bom", "https://cyclonedx.org/bom/v1.4", "https://spdx.dev/Document/v2.3")
    assert [format_of(kind) for kind in kinds] == ["cyclonedx", "cyclonedx", "spdx"]
    assert format_of("https://cyclonedx.org/bomb") is None
    assert format_of("https://slsa.dev/provenance/v1") is None


def document(content: bytes, kind: str = "spdx") -> Document:
    return Document("endpoint.spdx", Digest("sha256", hashlib.sha256(content).hexdigest()), content, kind)


def test_tag_value_is_known_and_not_read() -> None:
    with pytest.raises(Fault) as caught:
        node_of(document(b"SPDXVersion: SPDX-2.3\n"), DEFAULT_LIMITS)
    assert caught.value.reason == "sbom.version_unsupported"


def test_an_sbom_is_read_up_to_its_limit() -> None:
    content = bytes(CYCLONEDX)
    assert FORMATS["cyclonedx"](node_of(document(content, "cyclonedx"), Limits(sbom=len(content)))) == cyclonedx()
    with pytest.raises(Fault) as caught:
        node_of(document(content, "cyclonedx"), Limits(sbom=len(content) - 1))
    assert caught.value.reason == "limit.sbom"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", FORMATS)
@given(data=st.data())
def test_whatever_stands_in_a_member_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    whole = json.loads(bytes({"cyclonedx": CYCLONEDX, "spdx": SPDX_2}[kind]))
    whole[data.draw(st.sampled_from(sorted(whole)))] = data.draw(JSON)
    try:
        assert isinstance(FORMATS[kind](Node(whole)), Sbom)
    except Fault as fault:
        assert fault.reason.partition(".")[0] in {"json", "sbom", "digest"}
