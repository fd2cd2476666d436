"""Manifests over HTTP: read in a judge's place, told as they stand, refused where a file is none."""

from __future__ import annotations

import pytest

from api.judges.judges import Judges
from api.judges.manifests import Glance
from attestations.limits import DEFAULT_LIMITS
from fixtures.build import VECTORS

from .asking import HONEST_FILE, OTHER_TENANT, Asking, given, sha256

Headers = dict[str, str]
LIST = f"{'a' * 64}  endpoint.exe\n{'b' * 64}  endpoint.dmg\n".encode()


def test_a_list_of_checksums_is_a_manifest(asking: Asking, auditor: Headers) -> None:
    made = asking.client.post("/v1/manifests", json=given("SHA256SUMS", LIST), headers=auditor)
    assert made.status_code == 201
    [said] = made.json()["manifests"]
    assert (said["format"], said["count"]) == ("checksums", 2)
    assert said["files"][0] == {"name": "endpoint.exe", "digests": {"sha256": "a" * 64}}
    again = asking.client.post("/v1/manifests", json=given("SHA256SUMS", LIST), headers=auditor)
    assert (again.status_code, again.json()) == (200, made.json())
    path = f"/v1/manifests/{sha256(LIST)}"
    assert asking.client.get(path, headers=auditor).json() == made.json()
    assert asking.client.get(path, headers=asking.token(OTHER_TENANT)).status_code == 404


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", HONEST_FILE.content, b"[" * 10_000], ids=lambda each: f"{each[:8]}"
)
def test_what_is_no_manifest_is_refused_and_not_kept(asking: Asking, auditor: Headers, content: bytes) -> None:
    refused = asking.client.post("/v1/manifests", json=given("file", content), headers=auditor)
    assert (refused.status_code, refused.json()["reason"]) == (422, "manifest.none")
    assert asking.client.get(f"/v1/evidence/{sha256(content)}", headers=auditor).status_code == 404


def test_a_judges_process_reads_it() -> None:
    judges = Judges(1)
    try:
        [said] = judges.glance(Glance("SHA256SUMS", LIST, DEFAULT_LIMITS), "acme-audit").manifests
    finally:
        judges.close()
    assert [file.name for file in said.files] == ["endpoint.exe", "endpoint.dmg"]


def test_our_own_manifest_is_told_as_it_stands(asking: Asking, auditor: Headers) -> None:
    content = (VECTORS / "manifest" / "another-channel" / "evidence.sigstore.json").read_bytes()
    made = asking.client.post("/v1/manifests", json=given("manifest.json", content), headers=auditor).json()
    [said] = made["manifests"]
    assert (said["format"], said["product"], said["count"]) == ("manifest", "endpoint", len(said["files"]))
    assert {"vendor", "channel", "version", "sequence", "expires"} <= set(said)
