"""``docs/performance.md``: the figures of the last run, and what stands behind them."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from .requests import COUNT
from .rows import Row

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"

TEXT = """\
# Performance

Ratios, each of two things timed in turn in one run on one machine; the best of several runs of each counts.
`make bench` writes this page and `bench.json`. Measured on {machine}.
Load of the machine when the run began: {load:.1f}. What else ran then or came later lowers the
row that wants all processors.

The cold process verifies {told};
the warm ones verify {count} releases of a made-up world.

| | ours | against | ratio | budget | |
| --- | --- | --- | --- | --- | --- |
{rows}

"""


def page(rows: Sequence[Row], told: str, load: float) -> str:
    """The page about `rows`, measured just now on this machine; `load` is what else it did when they began."""
    version = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{len(os.sched_getaffinity(0))} processors, {platform.system()} {platform.machine()}, {version}"
    return TEXT.format(machine=machine, load=load, told=told, count=COUNT, rows="\n".join(map(_line, rows))) + NOTES


def _line(row: Row) -> str:
    figures = f"{row.value:,.4g} {row.unit} | {row.against:,.4g} {row.unit} | {row.ratio:.3f} | {row.budget or '–'}"
    word = ("met" if row.met else "**missed**") if row.budget is not None else ""
    return f"| {row.name} | {figures} | {word} |"


NOTES = """\
## What stands behind them

- *Cold process.* Both commands are asked the same question about the same bundle, from start to exit, with their code
  compiled. Most of ours is loading: Python, `click` and `cryptography.x509` take about half of it, whatever we do.
  Values are frozen structs, reasons are parsed when one is needed, and what a command does not use it does not load.
- *One bundle in process.* The bundles are all different, so no cache helps with what evidence brings; the authority's
  own chain is checked once a process and counts on neither side, and the policy, the same for all, is digested once.
  What is left is Python: reading JSON and base64 (about a tenth of the whole), parsing the certificate and its claims,
  reading the log entry's body, and the results with their words. No single one of them dominates.
- *Artifacts under bundles.* What a directory costs under evidence given for all of it: every bundle is read and
  authenticated once, and each artifact is then held against what was found.
- *Verdict bundles.* Reading and checking a bundle from its bytes, as whoever relies on it does; its signatures alone
  are the other side. What is over is Python again: three JSON documents, two statements, every check with its words; no
  part of it dominates ([decision](decisions/0131-figures-stand-beside-a-floor.md)).
- *The gate.* Its floor is what no gate gets around. Cold, that is a Python which loads cryptography and msgspec; in
  process, the file's hash, the check of the vendor's signature, what is read off the disk, and two writes that are on
  it before anybody acts. Policy, trust and state are read anew each time.
- *A verdict out of files.* Python's own `http.server`, which nobody would put before a fleet, against the service; both
  over connections that stay open.
- *An assured repository.* Every file under its digest and its name, in 1,024 lists. A first edition is made of lists
  that are each on the disk before the next; with few files that is all of it. One file more writes two lists, and
  signs them, snapshot and timestamp. Clients are new each time and read from a directory. `python -m bench.tuf 1000000`
  measures another size by itself; a million files take minutes and are no part of this page.
- *Many bundles.* Processes share nothing and wait for nothing but a processor: what else runs beside them shows here.
- *Hashing.* Whole processes, both reading the same sparse file through the page cache; memory is the most that ours
  held at any time.
- *The service.* `countersign serve` as it comes, on SQLite, every verdict signed: 8 connections ask, each waiting for
  its verdict. A verdict is two transactions that are on the disk before anybody is told, a round to a judge's process
  and one to the signer's; the clients' own work is not taken off. In process there is nothing but the judging.
"""
