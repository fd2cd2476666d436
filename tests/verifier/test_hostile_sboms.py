"""SBOMs beside a good one, in the vendor's own other formats: they take nothing from the one that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.recipes.sbom import LOOSE, SPDX, SPDX_2, attested, cyclonedx
from fixtures.recipes.scene import RELEASE, File, Scene
from fixtures.world import Document
from verifier.outcome import Outcome

from .judging import ask, reasons

TAG_VALUE = b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n"
SPDX_3 = bytes(Document({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}))


def signed(content: bytes) -> tuple[File, File]:
    signature = replace(RELEASE, content=content).signature()
    return File("endpoint.spdx", content), File("endpoint.spdx.sigstore.json", bytes(signature))


def beside(made: Scene, *files: File) -> Scene:
    return replace(made, evidence=(*files, *made.evidence))


@pytest.mark.parametrize("content", [TAG_VALUE, SPDX_3])
def test_t63_a_format_that_is_not_read_takes_nothing_from_the_one_that_is_asked_for(content: bytes) -> None:
    assert ask(beside(cyclonedx(), *signed(content))).outcome is Outcome.PASSED
    asked = {**LOOSE, "format": "cyclonedx"}
    alone = ask(beside(attested(SPDX_2, asked, SPDX), *signed(content)))
    assert (alone.outcome, reasons(alone)) == (Outcome.FAILED, {"sbom.format"})


def test_t63_whoever_asks_for_no_format_hears_of_the_one_that_is_not_read() -> None:
    unread = ask(beside(attested(SPDX_2, LOOSE, SPDX), *signed(TAG_VALUE)))
    assert unread.outcome is Outcome.ERROR
