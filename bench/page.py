"""``docs/performance.md``: the figures of the last run, and what stands behind them."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from .rows import Row

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"

TEXT = """\
# Performance

Ratios, each of two things timed in turn in one run on one machine; the best of several runs of each counts.
`make bench` writes this page and `bench.json`. Measured on {machine}; the subject is {told}.

| | ours | against | ratio | budget | |
| --- | --- | --- | --- | --- | --- |
{rows}

"""


def page(rows: Sequence[Row], told: str) -> str:
    """The page about `rows`, measured just now on this machine."""
    version = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{len(os.sched_getaffinity(0))} processors, {platform.system()} {platform.machine()}, {version}"
    return TEXT.format(machine=machine, told=told, rows="\n".join(map(_line, rows))) + NOTES


def _line(row: Row) -> str:
    figures = f"{row.value:,.4g} {row.unit} | {row.against:,.4g} {row.unit} | {row.ratio:.3f} | {row.budget}"
    return f"| {row.name} | {figures} | {'met' if row.met else '**missed**'} |"


NOTES = ""
