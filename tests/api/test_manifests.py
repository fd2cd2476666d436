"""Manifests and detached signatures from the command line: key files as vendors publish them, lists, and inspect."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.recipes.detached import KEY, LISTED
from fixtures.recipes.keyed import pinning
from fixtures.recipes.manifest import CHECKSUMS, MANIFEST, stating
from fixtures.recipes.scene import RELEASE, policy_file
from fixtures.world.detached import minisign, minisign_key, ssh_key, sshsig

from .conftest import Program


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the artifact, its signatures, a signed list, and the vendor's keys."""
    monkeypatch.chdir(tmp_path)
    files = {
        RELEASE.name: RELEASE.content,
        f"{RELEASE.name}.minisig": minisign(RELEASE.content, KEY),
        f"{RELEASE.name}.sig": sshsig(RELEASE.content, KEY),
        "minisign.pub": minisign_key(KEY),
        "id_ed25519.pub": ssh_key(KEY),
        "manifest.json": bytes(stating(MANIFEST)),
        "policy.toml": policy_file(pinning(KEY).set("/require", LISTED)).content,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "SHA256SUMS").write_bytes(CHECKSUMS)
    (tmp_path / "lists" / "SHA256SUMS.minisig").write_bytes(minisign(CHECKSUMS, KEY))
    return tmp_path


@pytest.mark.parametrize(("ending", "key"), [("minisig", "minisign.pub"), ("sig", "id_ed25519.pub")])
def test_a_vendors_own_key_file_is_enough(ending: str, key: str, release: Path, program: Program) -> None:
    good = program("verify", RELEASE.name, "-e", f"{RELEASE.name}.{ending}", "--key", key)
    assert (good.code, "VI_SIGNED_1" in good.text) == (0, True), (good.text, good.errors)
    (release / RELEASE.name).write_bytes(RELEASE.content + b"!")
    assert program("verify", RELEASE.name, "-e", f"{RELEASE.name}.{ending}", "--key", key).code == 1


def test_a_directory_holds_a_list_and_its_signature(release: Path, program: Program) -> None:
    command = (
        "verify",
        RELEASE.name,
        "-e",
        "lists",
        "--policy",
        "policy.toml",
        "--trust",
        "minisign.pub",
        "--now",
        "2026-03-14T09:00:00Z",
    )
    assert program(*command).code == 0
    (release / "lists" / "SHA256SUMS").write_bytes(CHECKSUMS.replace(b"other", b"0ther"))
    assert program(*command).code == 1


def test_inspect_shows_what_a_manifest_says(release: Path, program: Program) -> None:
    text = " ".join(program("inspect", "manifest.json").text.split())
    assert "vendor acme, product endpoint, channel stable, platform windows, variant x64, version 7.1.0" in text
    assert "sequence 712" in text
    assert "expires 2026-09-01" in text


def test_inspect_shows_what_a_list_lists(release: Path, program: Program) -> None:
    ran = program("inspect", "lists/SHA256SUMS")
    assert ran.code == 0
    assert RELEASE.sha256 in "".join(ran.text.split())
    (release / "lists" / "SHA256SUMS").write_bytes(CHECKSUMS + b"some words\n")
    assert "[checksums.line]" in program("inspect", "lists/SHA256SUMS").text


def test_inspect_shows_detached_signatures(release: Path, program: Program) -> None:
    assert "namespace 'file'" in program("inspect", f"{RELEASE.name}.sig").text
    assert "BLAKE2b-512" in program("inspect", f"{RELEASE.name}.minisig").text
