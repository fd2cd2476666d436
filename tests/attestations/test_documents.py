"""Files that are no bundle: recognised by what stands in them, kept unread, never taken for evidence."""

from __future__ import annotations

import hashlib

import pytest

from attestations.documents import KINDS, kind_of, read_documents
from attestations.evidence import read_evidence
from attestations.faults import LimitFault
from attestations.limits import Limits

from . import documents

SHA256 = "ab" * 32
SAMPLES = {
    "GNU": (f"{SHA256}  installer.exe\n", "checksums"),
    "GNU, binary": (f"{SHA256} *installer.exe\n", "checksums"),
    "GNU, escaped": (f"\\{SHA256}  one\\nname\n", "checksums"),
    "BSD": (f"SHA256 (installer.exe) = {SHA256}\n", "checksums"),
    "BSD without a line's end": (f"SHA512/256 (installer.exe) = {SHA256}", "checksums"),
    "after remarks": (f"# of today\n\n{SHA256}  installer.exe\n", "checksums"),
    "CycloneDX": ('{"$schema": "…", "bomFormat": "CycloneDX"}', "cyclonedx"),
    "CycloneDX, damaged": ('\n {"bomFormat": ', "cyclonedx"),
    "SPDX 2": ('{"spdxVersion": "SPDX-2.3"}', "spdx"),
    "SPDX 3": ('{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}', "spdx"),
    "SPDX, tag-value": ("SPDXVersion: SPDX-2.3\n", "spdx"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_kind_is_known_by_its_marks(name: str) -> None:
    text, kind = SAMPLES[name]
    data = text.encode()
    (found,) = read_documents([("file", data)])
    assert (found.kind, found.source, found.content) == (kind, "file", data)
    assert found.digest.raw == hashlib.sha256(data).digest()
    assert read_evidence("file", data) == ()


@pytest.mark.parametrize("data", [documents.encode(documents.BUNDLE), b"", b"\n", b"# only a remark", b"some words\n"])
def test_what_is_no_document_is_left_to_others(data: bytes) -> None:
    assert kind_of(data) is None
    assert read_documents([("file", data)]) == ()


@pytest.mark.parametrize("text", [text for text, _ in SAMPLES.values()])
def test_a_document_too_large_is_refused_under_the_limit_of_its_kind(text: str) -> None:
    with pytest.raises(LimitFault) as caught:
        read_documents([("file", text.encode())], Limits(manifest=1, sbom=1))
    kind = kind_of(text.encode())
    assert kind is not None
    assert caught.value.reason == {"manifest": "limit.manifest", "sbom": "limit.sbom"}[kind.limit]


def test_kinds_have_names_of_their_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
