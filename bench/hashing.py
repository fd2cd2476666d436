"""Hashing an artifact as `countersign verify` does: its rate against OpenSSL, its memory on small and large files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .rows import Budget, Row
from .timing import in_turn, wall, whole_process

SMALL = 1_000_000
LARGE = 2_000_000_000

MEASURE = """
import resource, sys
from api.effects.files import LocalFiles
from api.usecases.artifacts import measure
measure(sys.argv[1], ["sha256"], LocalFiles(), lambda done: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""Measures the file named and prints the most memory that the process held, in KiB."""


def rows() -> Iterator[Row]:
    """The rate on 2 GB, whole processes; then the memory on 2 GB against that on 1 MB. The files are sparse."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = _sparse(Path(folder) / "small", SMALL), _sparse(Path(folder) / "large", LARGE)
        ours = whole_process([sys.executable, "-c", MEASURE, large])
        theirs = whole_process(["openssl", "dgst", "-sha256", large])
        taken, theirs_taken = in_turn(ours, theirs, rounds=3, clock=wall)
        yield Row(
            "hash 2 GB: rate against openssl dgst -sha256",
            LARGE / taken / 1e6,
            "MB/s",
            LARGE / theirs_taken / 1e6,
            Budget(0.9, at_least=True),
        )
        yield Row("hash 2 GB: memory against hashing 1 MB", _memory(large), "MiB", _memory(small), Budget(1.05))


def _sparse(path: Path, size: int) -> str:
    with path.open("wb") as file:
        file.truncate(size)
    return str(path)


def _memory(path: str) -> float:
    command = [sys.executable, "-c", MEASURE, path]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1024
