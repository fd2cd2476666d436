"""The operator's file of issuers, as the service reads it when it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.serving.admitting import LARGEST, issuing_at

from .issuing import refused_for
from .places import GITHUB

FILE = """
[[issuer]]
kind = "other"
url = "https://ci.example"
audience = "https://countersign.example"
anchors = ["organization_id"]
keys = "ci.jwks.json"
"""


def test_without_a_file_nobodys_word_is_taken() -> None:
    assert issuing_at(None) is None


def test_it_and_what_it_names_are_read_from_one_directory(tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(FILE)
    (tmp_path / "ci.jwks.json").write_bytes(GITHUB.published)
    issuing = issuing_at(tmp_path / "issuers.toml")
    assert issuing is not None
    assert issuing.find("https://ci.example").anchors == ("organization_id",)


@pytest.mark.parametrize("keys", [None, b"{}", b"not JSON", b" " * (LARGEST + 1)])
def test_what_it_names_and_cannot_be_used_stops_the_start(tmp_path: Path, keys: bytes | None) -> None:
    (tmp_path / "issuers.toml").write_text(FILE)
    if keys is not None:
        (tmp_path / "ci.jwks.json").write_bytes(keys)
    with refused_for("identity.settings"):
        issuing_at(tmp_path / "issuers.toml")


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with refused_for("identity.settings"):
        issuing_at(tmp_path / "nowhere.toml")
