"""Manifests as statements: our own predicate and in-toto's release, and the schema that says the same as the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.predicates import ManifestPredicate, ReleasePredicate, read_predicate
from attestations.predicates.manifest import PREDICATE_TYPE
from attestations.predicates.release import PREDICATE_TYPES
from attestations.statements import Claim, Statement, Subject
from verifier.uris import TYPE_BASE

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "manifest.schema.json"
SUBJECT = Subject("endpoint.exe", DigestSet((Digest("sha256", "ab" * 32),)))
FILE = {"name": "endpoint.exe", "sha256": "ab" * 32, "size": 1024}
SHORTEST: dict[str, Any] = {"vendor": "acme", "product": "endpoint", "version": "7.1.0", "artifacts": [FILE]}
WHOLE = SHORTEST | {
    "channel": "stable",
    "platform": "windows",
    "variant": "x64",
    "sequence": 712,
    "expires": "2026-04-01T00:00:00Z",
    "previous": {"sha256": "cd" * 32},
}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no files": ({"artifacts": []}, "json.value"),
    "a file without a size": ({"artifacts": [{"name": "a", "sha256": "ab" * 32}]}, "json.missing"),
    "a size below nothing": ({"artifacts": [FILE | {"size": -1}]}, "json.value"),
    "a size that is a word": ({"artifacts": [FILE | {"size": "1"}]}, "json.type"),
    "a nameless file": ({"artifacts": [FILE | {"name": ""}]}, "json.value"),
    "capital hex": ({"artifacts": [FILE | {"sha256": "AB" * 32}]}, "digest.value"),
    "a digest cut off": ({"artifacts": [FILE | {"sha256": "ab" * 20}]}, "digest.value"),
    "a word with blanks": ({"product": "end point"}, "json.value"),
    "capital letters": ({"channel": "Stable"}, "json.value"),
    "an offset for UTC": ({"expires": "2026-04-01T00:00:00+00:00"}, "json.value"),
    "a sequence out of range": ({"sequence": 1 << 53}, "json.value"),
    "a sequence that is a truth": ({"sequence": True}, "json.type"),
    "a bare digest": ({"previous": "cd" * 32}, "json.type"),
    "a member from elsewhere": ({"rollout": 5}, "json.unknown_field"),
}


def read(kind: str, predicate: dict[str, Any]) -> object:
    return read_predicate(Statement("https://in-toto.io/Statement/v1", (SUBJECT,), kind, predicate))


def test_the_type_is_one_of_ours() -> None:
    assert f"{TYPE_BASE}/manifest/v1" == PREDICATE_TYPE


def test_a_manifest_says_what_it_says_and_no_more() -> None:
    manifest = read(PREDICATE_TYPE, WHOLE)
    assert isinstance(manifest, ManifestPredicate)
    assert (manifest.sequence, manifest.previous) == (712, Digest("sha256", "cd" * 32))
    assert manifest.expires is not None and manifest.expires.isoformat() == "2026-04-01T00:00:00+00:00"
    assert manifest.channel == Claim("stable", "/predicate/channel")
    assert [(file.name, file.size, file.pointer) for file in manifest.artifacts] == [
        ("endpoint.exe", 1024, "/predicate/artifacts/0")
    ]
    shortest = read(PREDICATE_TYPE, SHORTEST)
    assert isinstance(shortest, ManifestPredicate)
    assert (shortest.channel, shortest.sequence, shortest.expires, shortest.previous) == (None, None, None, None)


@pytest.mark.parametrize("name", BROKEN)
def test_a_manifest_that_breaks_its_format_is_refused(name: str) -> None:
    change, reason = BROKEN[name]
    with pytest.raises(Fault) as caught:
        read(PREDICATE_TYPE, WHOLE | change)
    assert caught.value.reason == reason
    assert (caught.value.place.pointer or "").startswith("/predicate/")


def test_a_name_for_two_files_is_refused() -> None:
    with pytest.raises(Fault, match="one name") as caught:
        read(PREDICATE_TYPE, WHOLE | {"artifacts": [FILE, FILE | {"sha256": "00" * 32}]})
    assert caught.value.reason == "manifest.duplicate"


def test_the_schema_takes_what_the_reader_takes_and_refuses_what_it_refuses() -> None:
    jsonschema = pytest.importorskip("jsonschema_rs", reason="the schema is held against the reader by jsonschema-rs")
    schema = jsonschema.validator_for(json.loads(SCHEMA.read_text("utf-8")))
    assert schema.is_valid(SHORTEST)
    assert schema.is_valid(WHOLE)
    assert [name for name, (change, _) in BROKEN.items() if schema.is_valid(WHOLE | change)] == []


@pytest.mark.parametrize("kind", PREDICATE_TYPES)
def test_a_release_is_read_by_its_package_url(kind: str) -> None:
    release = read(kind, {"purl": "pkg:github/acme/endpoint@v7.1.0", "packageId": "1"})
    assert isinstance(release, ReleasePredicate)
    assert (release.purl.package, release.purl.version) == ("github:acme/endpoint", "v7.1.0")


@pytest.mark.parametrize(
    ("predicate", "reason"),
    [
        ({}, "json.missing"),
        ({"purl": 7}, "json.type"),
        ({"purl": "acme/endpoint"}, "package.purl"),
        ({"purl": "pkg:github/acme/endpoint"}, "package.purl"),
    ],
)
def test_a_release_of_no_version_is_refused(predicate: dict[str, Any], reason: str) -> None:
    with pytest.raises(Fault) as caught:
        read(PREDICATE_TYPES[1], predicate)
    assert caught.value.reason == reason
