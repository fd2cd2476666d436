"""Fuzz every parser for a while, one after the other in equal parts, and tell what was found.

    python -m tests.soak [--minutes 60] [--only NAME…] [--folder .cache/soak]

    FOLDER/corpus/TARGET/    inputs that reach something new, kept from run to run
    FOLDER/found/TARGET-…    inputs that broke something: crash-, timeout-, oom-
    FOLDER/TARGET.log        what the fuzzer printed

Exit code: 0 where nothing was found, 1 where something was, 2 where there is no `atheris` to fuzz with.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .seeds import seeds
from .targets import TARGETS, Target

ROOT = Path(__file__).resolve().parents[2]

SECONDS_OF_A_HANG = 20
MEBIBYTES = 1024
LONGEST_INPUT = 65_536
MOST_CRASHES = 5
"""Of one target, in one run: then its time is over."""


def main() -> int:
    """Fuzz what the command line names."""
    asked = arguments()
    if importlib.util.find_spec("atheris") is None:
        print("there is no atheris here: it exists for Linux on x86-64 and Python below 3.14", file=sys.stderr)
        return 2
    targets = [target for target in TARGETS if not asked.only or target.name in asked.only]
    plant(asked.folder, seeds(targets))
    found = [fuzz(target, asked.minutes * 60 / len(targets), asked.folder) for target in targets]
    print(f"{len(targets)} targets, {sum(found)} findings", flush=True)
    return int(any(found))


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Fuzz every parser.")
    parser.add_argument("--minutes", type=float, default=60, help="for all targets together")
    parser.add_argument("--only", nargs="+", choices=[target.name for target in TARGETS], default=[])
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache" / "soak")
    return parser.parse_args()


def plant(folder: Path, seeds: Mapping[str, Sequence[bytes]]) -> None:
    """Put each target's seeds beside what earlier runs found for it."""
    (folder / "found").mkdir(parents=True, exist_ok=True)
    for name, contents in seeds.items():
        corpus = folder / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        for content in contents:
            (corpus / hashlib.sha1(content, usedforsecurity=False).hexdigest()).write_bytes(content)


def fuzz(target: Target, seconds: float, folder: Path) -> int:
    """Fuzz one target for so long, going on after each finding; their number."""
    end, found = time.monotonic() + seconds, 0
    with (folder / f"{target.name}.log").open("wb") as log:
        while (left := int(end - time.monotonic())) > 0 and found < MOST_CRASHES:
            done = subprocess.run(_command(target, left, folder), cwd=ROOT, stdout=log, stderr=log, check=False)
            if done.returncode == 0:
                break
            found += 1
    print(f"{target.name}: {found or 'nothing'} found, {told(folder / f'{target.name}.log')}", flush=True)
    return found


def _command(target: Target, seconds: int, folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "tests.soak.fuzz", target.name),
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS_OF_A_HANG}",
        f"-rss_limit_mb={MEBIBYTES}",
        f"-max_len={LONGEST_INPUT}",
        f"-artifact_prefix={folder / 'found' / target.name}-",
        "-print_final_stats=1",
        str(folder / "corpus" / target.name),
    ]


def told(log: Path) -> str:
    """The fuzzer's own figures."""
    text = log.read_text(encoding="utf-8", errors="replace")
    figures = dict(re.findall(r"^stat::(\w+): +(\d+)$", text, re.MULTILINE))
    inputs, slowest, memory = (figures.get(name, "?") for name in FIGURES)
    return f"{inputs} inputs, the slowest {slowest} s, {memory} MiB"


FIGURES = ("number_of_executed_units", "slowest_unit_time_sec", "peak_rss_mb")

if __name__ == "__main__":
    sys.exit(main())
