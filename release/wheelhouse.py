"""The wheels of a lock, fetched for every target: by version and hash, and nothing is built or run.

Where a target lacks a wheel it is left out, and the tar says so.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .targets import Locked, Target


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a target came to: the names of what it lacks, none where it is served."""

    target: Target
    lacking: tuple[str, ...]


def fetch(locked: Iterable[Locked], target: Target, folder: Path) -> Fetched:
    """Put the wheels of `locked` that `target` wants into `folder`; those that are there already stay."""
    wanted = [each for each in locked if each.wanted(target)]
    if _download(wanted, target, folder):
        return Fetched(target, ())
    return Fetched(target, tuple(each.requirement.name for each in wanted if not _download([each], target, folder)))


def _download(wanted: list[Locked], target: Target, folder: Path) -> bool:
    listing = folder.parent / f"{target.name}.txt"
    listing.write_text("".join(f"{each.line()}\n" for each in wanted), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", "--dest", str(folder), "--python-version", target.python, "--implementation", "cp"]
    for tag in target.system.tags:
        command += ["--platform", tag]
    for abi in target.abis:
        command += ["--abi", abi]
    ran = subprocess.run([*command, "--requirement", str(listing)], check=False, capture_output=True, text=True)
    listing.unlink()
    return ran.returncode == 0
