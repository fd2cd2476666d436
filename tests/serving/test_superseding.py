"""A running service gives verdicts anew when what they rest on changes, signed, and tells so."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from fixtures.recipes.scene import HONEST_FILE, POLICY, RELEASE, SIGNED_POLICY, WORLD, policy_file
from tests.api.running import run_process
from tests.http.asking import given

from .processes import PATIENCE, Served, serving

pytestmark = pytest.mark.loopback


def events(served: Served, kind: str, count: int) -> list[dict[str, Any]]:
    """The first `count` events of a kind, once there are as many."""
    until = time.monotonic() + PATIENCE
    while True:
        told = served.ask("GET", "/v1/events").json()["items"]
        found = [event["data"] for event in reversed(told) if event["type"] == kind]
        if len(found) >= count:
            return found[:count]
        if time.monotonic() > until:
            raise AssertionError(f"{count} of {kind} never happened: {[event['type'] for event in told]}")
        time.sleep(0.1)


def published(path: Path, data: Path, *arguments: str) -> str:
    ran = run_process("admin", *arguments, "--data", str(data), cwd=path)
    assert ran.code == 0, ran.error
    return ran.text


def test_verdicts_follow_what_they_rest_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name, content in (
        ("root.json", bytes(WORLD.trusted_root())),
        ("policy.toml", policy_file(POLICY).content),
        ("next.toml", policy_file(SIGNED_POLICY.set("/version", 4)).content),
    ):
        (tmp_path / name).write_bytes(content)
    with serving(data) as served:
        published(tmp_path, data, "trust", "publish", "world", "root.json", "--dated", "2026-03-02T09:00:00Z")
        published(tmp_path, data, "policy", "publish", "policy.toml")
        asked = {
            "artifact": {"sha256": RELEASE.sha256, "name": RELEASE.name},
            "evidence": [given(HONEST_FILE.name, HONEST_FILE.content)],
            "policy": {"id": POLICY.value["id"]},
            "release": "7.1.0",
        }
        answer = served.ask("POST", "/v1/verifications", json=asked, headers={"Prefer": "wait=30"})
        first = answer.json()["verdict"]
        said = published(tmp_path, data, "policy", "publish", "next.toml")
        digest = next(word for word in said.split() if word.startswith("sha256:"))
        (second,) = events(served, "verdict.superseded", 1)
        assert second["supersedes"] == first
        assert second["signed"]
        assert f"sha256:{second['policy']}" == digest
        published(tmp_path, data, "reverify", digest)
        _, third = events(served, "verdict.superseded", 2)
        assert third["supersedes"] == second["verdict"]
        assert served.ask("GET", f"/v1/verdicts/{first}").json()["superseded_by"] == second["verdict"]
        assert all(line["level"] != "error" for line in served.lines())
