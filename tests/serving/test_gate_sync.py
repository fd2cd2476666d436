"""What a service publishes, brought to a gate: from a verdict in its database to one that a gate finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from api.cli import main
from api.gate.brought import brought
from api.serving.settings import Setup
from fixtures.recipes.scene import RELEASE
from tests.api.running import Ran

from .test_admin_tuf import ALL, digest_of, pass_one
from .test_admin_tuf import admin as admin
from .test_admin_tuf import repository as repository
from .test_admin_tuf import setup as setup

SYNC = ["gate", "sync", "--from", "public", "--into", "synced", "-q"]


def test_what_a_service_published_is_at_the_gate(setup: Setup, admin: Callable[..., Ran], repository: Path) -> None:
    pass_one(setup)
    assert admin("publish", "public").code == 0
    assert admin("tuf", "publish", "public", *ALL).code == 0
    assert main([*SYNC, "--root", "draft/1.root.json"]) == 0
    (verdict,) = brought(("synced",), RELEASE.sha256)
    name = Path(verdict).relative_to("synced")
    assert Path(verdict).read_bytes() == (repository / name).read_bytes()
    policy = Path("policies", f"{digest_of()}.json")
    assert ("synced" / policy).read_bytes() == (repository / policy).read_bytes()
    assert Path("synced/repository/root.json").read_bytes() == Path("draft/1.root.json").read_bytes()
    assert main(SYNC) == 0
