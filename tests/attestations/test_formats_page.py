"""The page of formats: a row for each format that is read, and none for what is not."""

from __future__ import annotations

import re
from pathlib import Path

from attestations.carriers import CARRIERS, DETACHED
from attestations.carriers.sigstore_bundle import MEDIA_TYPES
from attestations.documents import KINDS
from attestations.log_entries import READERS as BODIES
from attestations.predicates import READERS as PREDICATES
from attestations.predicates import WITHOUT_CONTENT
from attestations.statements import TYPES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "formats.md"


def section(title: str) -> str:
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(text)


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, below its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_carrier_has_a_row() -> None:
    assert [row[0] for row in rows("Carriers of signatures")] == [
        *sorted([carrier.name for carrier in CARRIERS] + [carrier.name for carrier in DETACHED], key=_order)
    ]


def test_every_kind_of_documents_has_a_row() -> None:
    assert [row[0] for row in rows("Documents")] == [kind.name for kind in KINDS]


def _order(name: str) -> int:
    return [row[0] for row in rows("Carriers of signatures")].index(name)


def test_every_media_type_of_a_bundle_is_named() -> None:
    (notes,) = [row[3] for row in rows("Carriers of signatures") if row[0] == "sigstore-bundle"]
    assert set(re.findall(r"application/[^`]+", notes)) == set(MEDIA_TYPES)


def test_every_statement_type_has_a_row() -> None:
    assert [row[0] for row in rows("Statements")] == list(TYPES)


def test_every_predicate_has_a_row() -> None:
    assert [row[0] for row in rows("Predicates")] == [*PREDICATES, "any other"]
    assert set(re.findall(r"`(https://[^`]+)` alone", section("Predicates"))) == WITHOUT_CONTENT


def test_every_log_entry_has_a_row() -> None:
    assert [(row[0], row[1]) for row in rows("Log entries")] == list(BODIES)
