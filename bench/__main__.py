"""Measure the budgets: ``bench.json`` and ``docs/performance.md``, from one run on one machine.

python -m bench
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import cold, hashing, in_process, processes, service, verdict_bundles
from .page import PAGE, page
from .requests import requests
from .rows import Row
from .subjects import Subject, subject

ROOT = Path(__file__).resolve().parents[1]


def measured(about: Subject) -> Iterator[Row]:
    """Every row, in the order of the budgets."""
    asked = requests()
    yield from cold.rows(about)
    yield from in_process.rows(asked)
    yield from verdict_bundles.rows(asked)
    yield from processes.rows(asked)
    yield from hashing.rows()
    yield from service.rows(asked)


def main() -> int:
    """Measure and write; the exit code is 0 whether or not the budgets are met, since a machine may be busy."""
    argparse.ArgumentParser(prog="python -m bench", description="Measure the budgets.").parse_args()
    rows = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        about = subject(Path(folder))
        for row in measured(about):
            print(row, flush=True)
            rows.append(row)
    document = [row.document() for row in rows]
    (ROOT / "bench.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows, about.told, load), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
