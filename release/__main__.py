"""``make dist``: everything that is handed out, into dist/.

    countersign-<version>-py3-none-any.whl    countersign-<version>.tar.gz        wheel and source
    countersign-<version>-offline.tar                                             for machines without a network
    countersign-<version>.cdx.json            SHA256SUMS                          what is in it; all of it by digest
    countersign-<version>.manifest.json…      countersign-<version>.provenance.json…

Manifest and provenance are made by `countersign attest` itself: signed envelopes where a key is given, and else the
bare statements, which prove nothing. Same commit, same wheels: same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from api.version import VERSION

from .sbom import write_sbom
from .tarball import write_tar
from .targets import TARGETS, Locked, Target, read_lock
from .wheelhouse import Fetched, fetch

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
NAME = f"countersign-{VERSION}"
LOCK = ROOT / "requirements" / "offline.txt"
WHEELS = ROOT / ".cache" / "wheels"
"""Wheels that were fetched before; they are taken by their hashes alone."""


def main() -> None:
    """Build, fetch, pack, describe, sign."""
    parser = argparse.ArgumentParser(prog="python -m release")
    parser.add_argument(
        "--key", help="the key that signs manifest and provenance, as `countersign attest --key` takes it"
    )
    parser.add_argument("--target", action="append", help="serve this system alone, as linux-x86_64-python3.11")
    given = parser.parse_args()
    targets = [target for target in TARGETS if given.target is None or target.name in given.target]
    if not targets:
        parser.error(f"no such target; there are {', '.join(target.name for target in TARGETS)}")
    at = int(_git("log", "-1", "--format=%ct"))
    DIST.mkdir(exist_ok=True)
    _build(at)
    locked = list(read_lock(LOCK.read_text(encoding="utf-8")))
    wheel = DIST / f"{NAME}-py3-none-any.whl"
    sbom = DIST / f"{NAME}.cdx.json"
    sbom.write_text(write_sbom(VERSION, digest(wheel), locked, at=at), encoding="utf-8")
    _pack(wheel, sbom, locked, targets, at)
    made = [wheel, DIST / f"{NAME}.tar.gz", DIST / f"{NAME}-offline.tar", sbom]
    (DIST / "SHA256SUMS").write_text(sums({path.name: path for path in made}), encoding="utf-8")
    _attest(made, given.key)


def _build(at: int) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(DIST)]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(at)}, capture_output=True)


def _pack(wheel: Path, sbom: Path, locked: list[Locked], targets: Iterable[Target], at: int) -> None:
    WHEELS.mkdir(parents=True, exist_ok=True)
    fetched = []
    for target in targets:
        fetched.append(fetch(locked, target, WHEELS))
        print(_said(fetched[-1]), flush=True)
    hashes = {each for line in locked for each in line.hashes}
    wheels = {f"wheels/{path.name}": path for path in WHEELS.glob("*.whl") if digest(path) in hashes}
    files: dict[str, Path | bytes] = {
        **wheels,
        wheel.name: wheel,
        sbom.name: sbom,
        "LICENSE": ROOT / "LICENSE",
        "install.py": Path(__file__).with_name("install.py"),
        "lock.txt": LOCK,
        "TARGETS.txt": "".join(f"{_said(each)}\n" for each in fetched).encode(),
    }
    write_tar(DIST / f"{NAME}-offline.tar", NAME, files | {"SHA256SUMS": sums(files).encode()}, at=at)


def _said(fetched: Fetched) -> str:
    return f"{fetched.target.name}: " + (f"no wheel of {', '.join(fetched.lacking)}" if fetched.lacking else "complete")


def _attest(made: list[Path], key: str | None) -> None:
    files = [str(path) for path in made]
    how = ["--key", key] if key is not None else ["--dry-run"]
    ending = "dsse.json" if key is not None else "json"
    manifest = ["--vendor", "countersign", "--product", "countersign", "--version", VERSION]
    commit = _git("rev-parse", "HEAD")
    provenance = ["--builder", BUILDER, "--source", SOURCE, "--commit", commit]
    for kind, said in (("manifest", manifest), ("provenance", provenance)):
        output = DIST / f"{NAME}.{kind}.{ending}"
        output.unlink(missing_ok=True)
        command = [sys.executable, "-m", "countersign", "attest", kind, *files, *said, *how, "--output", str(output)]
        subprocess.run(command, cwd=ROOT, check=True)
    if key is None:
        print("not signed: manifest and provenance are bare statements; KEY=… signs them", file=sys.stderr)


BUILDER = "https://countersign.example/builders/make-dist"
SOURCE = "https://countersign.example/source"


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums(files: dict[str, Path] | dict[str, Path | bytes]) -> str:
    """A list of checksums as ``sha256sum`` writes it."""
    digests = {
        name: hashlib.sha256(given).hexdigest() if isinstance(given, bytes) else digest(given)
        for name, given in files.items()
    }
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


if __name__ == "__main__":
    main()
