"""Measure the budgets: ``bench.json`` and ``docs/performance.md``, from one run on one machine.

python -m bench                  every row, written to both
python -m bench gate hashing     some, shown and not written
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from verifier.request import Request

from . import cold, delivery, gate, hashing, in_process, processes, service, tuf, verdict_bundles
from .page import PAGE, page
from .requests import requests
from .rows import Row
from .subjects import Subject, subject

ROOT = Path(__file__).resolve().parents[1]


class Ground:
    """What rows are measured on, each made when the first row asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @functools.cached_property
    def subject(self) -> Subject:
        return subject(self._folder)

    @functools.cached_property
    def requests(self) -> Sequence[Request]:
        return requests()


GROUPS: Mapping[str, Callable[[Ground], Iterator[Row]]] = {
    "cold": lambda ground: cold.rows(ground.subject),
    "in-process": lambda ground: in_process.rows(ground.requests),
    "verdict-bundles": lambda ground: verdict_bundles.rows(ground.requests),
    "processes": lambda ground: processes.rows(ground.requests),
    "hashing": lambda _: hashing.rows(),
    "gate": lambda _: gate.rows(),
    "service": lambda ground: service.rows(ground.requests),
    "tuf": lambda _: tuf.rows(),
    "delivery": lambda ground: delivery.rows(ground.requests),
}
"""Every row, by the name of its group, in the order of the page."""


def _group(name: str) -> str:
    if name not in GROUPS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of them")
    return name


def main() -> int:
    """Measure and write; the exit code is 0 whether or not the budgets are met, since a machine may be busy."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the budgets.")
    told = "measure these alone, and write nothing: " + ", ".join(GROUPS)
    parser.add_argument("groups", nargs="*", metavar="GROUP", type=_group, help=told)
    chosen = parser.parse_args().groups
    rows = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        for group in chosen or GROUPS:
            for row in GROUPS[group](ground):
                print(row, flush=True)
                rows.append(row)
        if not chosen:
            document = [row.document() for row in rows]
            (ROOT / "bench.json").write_text(
                json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            PAGE.write_text(page(rows, ground.subject.told, load), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
