"""The auditor's walk, step by step: an installer larger than the memory there is, no network, and somebody who doubts.

Each step is a process of its own, in a namespace without a network, and has less memory than the installer has bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.recipes.manifest import BOTH_POLICY, MANIFEST, stating
from fixtures.recipes.sbom import ASKED as SBOM_ASKED
from fixtures.recipes.sbom import CYCLONEDX, HASH
from fixtures.recipes.scene import RELEASE, policy_file

from .conftest import Program
from .running import Ran, run_process
from .scene import BY_POLICY, NAME
from .test_dossier import contents

INSTALLER = 512 << 20
"""Bytes of the installer, of which the disk holds none."""

MEMORY = (INSTALLER - (64 << 20)) >> 10
"""KiB of address space that a step may use."""

CONFINED = ("unshare", "--map-root-user", "--net", "sh", "-c", f'ulimit -v {MEMORY}; exec "$@"', "sh")


def _confines() -> bool:
    return shutil.which("unshare") is not None and subprocess.run([*CONFINED, "true"], check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _confines(), reason="no namespace without a network can be made here")


def confined(*arguments: str, cwd: Path, home: Path) -> Ran:
    """The program as somebody runs it whose own files are in `home`."""
    return run_process(*arguments, cwd=cwd, environment={"XDG_DATA_HOME": str(home)}, before=CONFINED)


def _digest(size: int) -> str:
    digest, chunk = hashlib.sha256(), bytes(1 << 20)
    for _ in range(size // len(chunk)):
        digest.update(chunk)
    return digest.hexdigest()


@pytest.fixture
def delivered(scene: Path) -> Path:
    """An installer; and beside it provenance, a manifest, and an SBOM that only the manifest vouches for."""
    (scene / f"{NAME}.sigstore.json").unlink()
    with (scene / NAME).open("r+b") as installer:
        installer.truncate(0)
        installer.truncate(INSTALLER)
    evidence = scene / "evidence"
    evidence.mkdir()
    digest = _digest(INSTALLER)
    built = RELEASE.saying("/subject/0/digest/sha256", digest)
    (evidence / "provenance.sigstore.json").write_bytes(bytes(built.bundle()))
    bill = bytes(CYCLONEDX.set(HASH, digest))
    (evidence / "endpoint.cdx.json").write_bytes(bill)
    listed = [
        {"name": NAME, "sha256": digest, "size": INSTALLER},
        {"name": "endpoint.cdx.json", "sha256": hashlib.sha256(bill).hexdigest(), "size": len(bill)},
    ]
    subjects = [{"name": each["name"], "digest": {"sha256": each["sha256"]}} for each in listed]
    published = stating(MANIFEST.set("/artifacts", listed), subjects=subjects)
    (evidence / "manifest.sigstore.json").write_bytes(bytes(published))
    (scene / "policy.toml").write_bytes(policy_file(BOTH_POLICY.append("/require", SBOM_ASKED)).content)
    return scene


def test_an_auditor_hands_over_a_dossier_and_a_second_person_makes_it_again(
    delivered: Path, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # The auditor looks, judges, and has the dossier in hand.
    looked = confined("inspect", "evidence/provenance.sigstore.json", cwd=delivered, home=home)
    assert (looked.code, looked.text.split()[:2]) == (0, ["NOT", "VERIFIED"])
    judged = confined("verify", NAME, *BY_POLICY, "-e", "evidence", "--dossier", "dossier", cwd=delivered, home=home)
    assert (judged.code, judged.errors) == (0, b"")
    assert f"manifest.size: {INSTALLER}" in judged.text
    assert "VI_SIGNED_1  VI_BUILD_1" in judged.text
    checks = {
        check["check"]
        for check in json.loads((delivered / "dossier" / "report.json").read_bytes())["predicate"]["checks"]
    }
    assert {"sbom.digest", "manifest.size", "source.ref"} <= checks
    assert sorted(path.name for path in (delivered / "dossier" / "evidence").iterdir()) == [
        "1-endpoint.cdx.json",
        "2-manifest.sigstore.json",
        "3-provenance.sigstore.json",
    ]

    # The second person has the installer, the dossier, and nothing else: no store, no policy, no network.
    desk = tmp_path_factory.mktemp("desk")
    home_of_the_second = tmp_path_factory.mktemp("home")
    shutil.copytree(delivered / "dossier", desk / "dossier")
    (delivered / NAME).rename(desk / NAME)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=desk / "dossier", check=True, timeout=60)
    replayed = confined(
        "replay", "dossier/record.json", "--artifact", NAME, "--dossier", "again", cwd=desk, home=home_of_the_second
    )
    assert (replayed.code, replayed.errors) == (0, b"")
    assert replayed.text.startswith(judged.text)
    assert contents(desk / "again") == contents(delivered / "dossier")
    assert list(home_of_the_second.iterdir()) == []


def test_a_second_person_with_another_installer_is_told(delivered: Path, home: Path) -> None:
    confined("verify", NAME, *BY_POLICY, "-e", "evidence", "--dossier", "dossier", "-q", cwd=delivered, home=home)
    with (delivered / NAME).open("r+b") as installer:
        installer.seek(INSTALLER // 2)
        installer.write(b"\1")
    ran = confined("replay", "dossier/record.json", "--artifact", NAME, "-q", cwd=delivered, home=home)
    assert (ran.code, ran.reason) == (1, "record.artifact_mismatch")
    ran = confined("verify", NAME, *BY_POLICY, "-e", "evidence", "-q", cwd=delivered, home=home)
    assert (ran.code, ran.errors) == (1, b"")


def test_an_altered_dossier_convinces_nobody(delivered: Path, home: Path, program: Program) -> None:
    """Whoever alters a dossier can make its sums fit, and its report and pages say what they like; not its record."""
    program("verify", NAME, *BY_POLICY, "-e", "evidence", "--dossier", "dossier", "-q")
    (delivered / "dossier" / "report.json").write_bytes(b"{}")
    record = delivered / "dossier" / "record.json"
    record.write_bytes(record.read_bytes().replace(b'"release":"7.1.0"', b'"release":"7.2.0"'))
    ran = confined("replay", "dossier/record.json", "-q", cwd=delivered, home=home)
    assert (ran.code, ran.reason) == (4, "record.differs")
