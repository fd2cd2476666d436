"""What a user has on disk: a release, its evidence, the policy about it, a trust root. All of it is honest."""

from __future__ import annotations

from pathlib import Path

from api.effects.files import LocalFiles
from api.effects.trust_store import LocalTrustStore, Stored
from fixtures.recipes.scene import DATED, OTHER, POLICY, RELEASE, WORLD, policy_file

NAME = RELEASE.name
NOW = "2026-03-14T09:00:00Z"
IDENTITY = "https://github.com/acme/endpoint/.github/workflows/release.yml@refs/tags/v7.1.0"
ISSUER = "https://token.actions.githubusercontent.com"

BY_POLICY = ("--policy", "policy.toml", "--release", "7.1.0", "--now", NOW)
BY_FLAGS = ("--identity", IDENTITY, "--issuer", ISSUER, "--trust", "trusted_root.json", "--now", NOW)

__all__ = [
    "BY_FLAGS",
    "BY_POLICY",
    "IDENTITY",
    "ISSUER",
    "NAME",
    "NOW",
    "OTHER",
    "POLICY",
    "RELEASE",
    "WORLD",
    "lay_out",
]


def lay_out(here: Path) -> None:
    """Put the scene into `here`, and its trust root into the user's store under the name that the policy uses."""
    (here / NAME).write_bytes(RELEASE.content)
    (here / f"{NAME}.sigstore.json").write_bytes(bytes(RELEASE.bundle()))
    (here / "policy.toml").write_bytes(policy_file(POLICY).content)
    root = bytes(WORLD.trusted_root())
    (here / "trusted_root.json").write_bytes(root)
    LocalTrustStore(LocalFiles()).put(Stored("world", root, DATED, "added", "a test"))
