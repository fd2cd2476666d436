"""`countersign inspect` shows what an SBOM, test results and references say."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from api.usecases.sayings import said
from attestations.digests import Digest, DigestSet
from attestations.statements import Statement, Subject
from fixtures.recipes.sbom import BOM, CYCLONEDX, SPDX, SPDX_2
from fixtures.recipes.scene import RELEASE

from .conftest import Program

SUBJECT = Subject("endpoint.exe", DigestSet((Digest("sha256", "ab" * 32),)))


def lines(kind: str, predicate: Any) -> list[tuple[str, str]]:
    return list(said(Statement("https://in-toto.io/Statement/v1", (SUBJECT,), kind, predicate)))


def test_an_sbom_is_shown_by_what_it_is_of() -> None:
    assert lines(BOM, CYCLONEDX.value) == [
        ("sbom", "cyclonedx 1.6, 3 components, 0 files"),
        ("sbom of", f"endpoint  7.1.0  sha256:{RELEASE.sha256}"),
        ("made by", "acme-bom 2.1"),
        ("dated", "2026-03-02T11:00:00Z"),
    ]
    assert lines(SPDX, SPDX_2.value)[0] == ("sbom", "spdx 2.3, 1 components, 1 files")


def test_results_of_tests_are_counted_and_failures_named() -> None:
    results = {
        "result": "FAILED",
        "configuration": [],
        "passedTests": ["a"],
        "failedTests": [str(n) for n in range(12)],
    }
    shown = lines("https://in-toto.io/attestation/test-result/v0.1", results)
    assert shown[0] == ("tests", "FAILED: 1 passed, 0 warned, 12 failed")
    assert shown[-1] == ("failed", "and 2 more")
    assert len(shown) == 12


def test_references_are_shown_and_not_fetched() -> None:
    meant = {"downloadLocation": "https://acme.example/b", "digest": {"sha256": "cd" * 32}, "mediaType": "text/plain"}
    predicate = {"attester": {"id": "https://acme.example"}, "references": [meant] * 11}
    shown = lines("https://in-toto.io/attestation/reference/v0.1", predicate)
    assert shown[0] == ("refers to", f"https://acme.example/b  sha256:{'cd' * 32}  (text/plain)")
    assert shown[-1] == ("refers to", "and 1 more documents")


def test_what_cannot_be_read_says_why() -> None:
    ((what, text),) = lines(BOM, {"bomFormat": "CycloneDX", "specVersion": "9.9"})
    assert what == "predicate"
    assert "[sbom.version_unsupported]" in text


def test_of_any_other_statement_nothing_is_added() -> None:
    assert lines("https://acme.example/anything", {"x": 1}) == []


def test_t95_a_certificate_with_an_extension_twice_is_said_to_be_unreadable(here: Path, program: Program) -> None:
    bundle = RELEASE.bundle()
    leaf = b64decode(bundle.get("/verificationMaterial/certificate/rawBytes"))
    key_usage, key_identifier = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d0e")
    assert key_usage in leaf and key_identifier in leaf
    twice = b64encode(leaf.replace(key_usage, key_identifier)).decode()
    altered = bundle.set("/verificationMaterial/certificate/rawBytes", twice)
    (here / "altered.sigstore.json").write_bytes(bytes(altered))
    ran = program("inspect", "altered.sigstore.json")
    assert ran.code == 0
    assert "a certificate that cannot be read (DuplicateExtension)" in " ".join(ran.text.split())
