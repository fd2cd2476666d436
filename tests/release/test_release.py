"""The lock for every system, one tar from the same files, and an installation in a namespace without a network."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from attestations.digests import Digest
from attestations.documents import Document
from attestations.limits import DEFAULT_LIMITS
from attestations.sboms import cyclonedx, node_of
from release.__main__ import DIST, LOCK, NAME, sums
from release.sbom import write_sbom
from release.tarball import write_tar
from release.targets import TARGETS, read_lock
from verifier.sbom_schemas import check_schema

ROOT = Path(__file__).resolve().parents[2]
AT = 1_772_449_440
OFFLINE = DIST / f"{NAME}-offline.tar"
ISOLATED = ("unshare", "-rn")

without_namespaces = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*ISOLATED, "true"], check=False, capture_output=True).returncode,
    reason="no namespace without a network can be made here",
)


def names(target: str) -> set[str]:
    [found] = [each for each in TARGETS if each.name == target]
    return {line.requirement.name for line in read_lock(LOCK.read_text()) if line.wanted(found)}


def test_every_line_of_the_lock_is_read() -> None:
    text = LOCK.read_text()
    assert len(list(read_lock(text))) == len(re.findall(r"^[a-z0-9][^ ]*==", text, re.M)) > 30
    assert sum(len(line.hashes) for line in read_lock(text)) == text.count("--hash=sha256:")


def test_a_line_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line of a lock"):
        list(read_lock(LOCK.read_text() + "something @ file:///tmp/something.whl\n"))


def test_a_system_wants_what_its_markers_say() -> None:
    lock = f"thing==1.0 ; sys_platform == 'win32' and python_version >= '3.12' \\\n    --hash=sha256:{'ab' * 32}\n"
    [line] = read_lock(lock)
    wanting = {target.name for target in TARGETS if line.wanted(target)}
    assert wanting == {f"windows-x86_64-python3.{minor}" for minor in (12, 13, 14)}
    assert line.line() == f"thing==1.0 --hash=sha256:{'ab' * 32}"
    assert {"cryptography", "msgspec", "pysequoia", "jinja2", "python-pkcs11"} <= names("linux-aarch64-python3.14")


def test_the_same_files_make_the_same_tar(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "file").chmod(0o600)
    first: dict[str, Path | bytes] = {"b": b"2", "a/file": tmp_path / "file"}
    write_tar(tmp_path / "one.tar", "root", first, at=AT)
    (tmp_path / "file").chmod(0o644)
    write_tar(tmp_path / "two.tar", "root", dict(reversed(first.items())), at=AT)
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    with tarfile.open(tmp_path / "one.tar") as tar:
        assert [(each.name, each.mtime, each.mode, each.uid) for each in tar] == [
            ("root/a/file", AT, 0o644, 0),
            ("root/b", AT, 0o644, 0),
        ]


def test_the_sbom_is_valid_and_names_every_package() -> None:
    locked = list(read_lock(LOCK.read_text()))
    text = write_sbom("1.2.3", "ab" * 32, locked, at=AT)
    assert text == write_sbom("1.2.3", "ab" * 32, locked, at=AT)
    document = Document("countersign.cdx.json", Digest("sha256", "00" * 32), text.encode(), "cyclonedx")
    node = node_of(document, DEFAULT_LIMITS)
    check_schema(cyclonedx.read(node), node)
    bom = json.loads(text)
    assert {part["name"] for part in bom["components"]} == {line.requirement.name for line in locked}
    assert bom["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]


def unpacked(folder: Path, **files: bytes) -> Path:
    """The offline folder with our wheel and a lock that wants nothing else."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    shutil.copy(ROOT / "release" / "install.py", folder)
    (folder / "lock.txt").write_bytes(b"")
    (folder / "wheels").mkdir()
    listed = {path.name: path for path in folder.iterdir() if path.is_file()}
    (folder / "SHA256SUMS").write_text(sums(listed))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def install(folder: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [*ISOLATED, sys.executable, "-I", str(folder / "install.py"), str(target)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)


@without_namespaces
def test_it_installs_without_a_network(tmp_path: Path) -> None:
    ran = install(unpacked(tmp_path / "offline"), tmp_path / "env")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = [str(tmp_path / "env/bin/python"), "-c", "import importlib.metadata as m; print(m.version('countersign'))"]
    version = subprocess.run(told, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
    assert f"countersign-{version}" == NAME


@without_namespaces
def test_an_altered_file_is_not_installed(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "offline")
    (folder / "lock.txt").write_bytes(b"# altered\n")
    ran = install(folder, tmp_path / "env")
    assert ran.returncode == 1
    assert "lock.txt" in ran.stderr
    assert not (tmp_path / "env").exists()


@without_namespaces
@pytest.mark.skipif(not OFFLINE.exists(), reason="no offline tar: `make dist` makes it, with the network")
def test_the_tar_that_is_handed_out_installs_without_a_network_and_verifies(tmp_path: Path) -> None:
    with tarfile.open(OFFLINE) as tar:
        tar.extractall(tmp_path, filter="data")
    ran = install(tmp_path / NAME, tmp_path / "env")
    assert (ran.returncode, ran.stderr) == (0, "")
    listed = (DIST / "SHA256SUMS").read_text()
    assert f"{hashlib.sha256(OFFLINE.read_bytes()).hexdigest()}  {OFFLINE.name}\n" in listed
    told = [*ISOLATED, str(tmp_path / "env/bin/countersign"), "--version"]
    assert NAME.removeprefix("countersign-") in subprocess.run(told, check=True, capture_output=True, text=True).stdout
