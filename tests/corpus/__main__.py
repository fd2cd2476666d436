"""Run the corpus: agreement per family, and each disagreement with our reason.

    python -m tests.corpus [--cases FILE --data DIR] [--family F] [--json]

Without --cases the given cases of ``../shared/corpus`` are unpacked into ``.cache/corpus``. Contested rows are listed
and left out of the rate. Exit 0 where every uncontested row of the built families agrees.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .cases import Answer, Case, load
from .families import FAMILIES, answer

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "corpus"


def unpacked() -> Path:
    """The folder of the given cases, unpacked on first use. Several processes may ask at once: the first one wins."""
    digest = hashlib.sha256((SHARED / "given.tar.xz").read_bytes()).hexdigest()
    target = ROOT / ".cache" / "corpus" / digest[:16]
    if not target.exists():
        aside = target.with_name(f"{target.name}.{os.getpid()}")
        subprocess.run([str(SHARED / "unpack"), str(aside)], check=True)
        try:
            aside.rename(target)
        except OSError:
            shutil.rmtree(aside)
    return target


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description="Run the corpus of real cases.")
    parser.add_argument("--cases", type=Path, help="a case file (JSON lines)")
    parser.add_argument("--data", type=Path, help="the folder that the case file's paths are under")
    parser.add_argument("--family", action="append", help="only this family; repeatable")
    parser.add_argument("--json", action="store_true", help="print a list of {id, family, expect, got, reason}")
    options = parser.parse_args(arguments)
    if (options.cases is None) != (options.data is None):
        parser.error("--cases and --data go together")
    cases = options.cases or unpacked() / "cases.jsonl"
    data = options.data or cases.parent / "data"
    asked = [case for case in load(cases, data) if not options.family or case.family in options.family]
    answers = [(case, answer(case)) for case in asked]
    if options.json:
        json.dump([_row(case, got) for case, got in answers], sys.stdout, indent=1)
        print()
    else:
        _report(answers)
    return 1 if any(_disagrees(case, got) for case, got in answers if case.family in FAMILIES) else 0


def _row(case: Case, got: Answer) -> dict[str, str]:
    return {"id": case.id, "family": case.family, "expect": case.expect, "got": got.got, "reason": got.reason}


def _disagrees(case: Case, got: Answer) -> bool:
    return not case.contested and got.got != case.expect


def _report(answers: list[tuple[Case, Answer]]) -> None:
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for case, got in answers:
        agreed = got.got == case.expect
        counts[case.family]["contested" if case.contested else "agree" if agreed else "differ"] += 1
        if not agreed and case.family in FAMILIES:
            mark = "contested" if case.contested else "DIFFERS"
            print(f"{mark}  {case.id}\n    expected {case.expect} ({case.reason}), got {got.got} {got.reason}")
    for family, count in sorted(counts.items()):
        total = count["agree"] + count["differ"]
        state = "" if family in FAMILIES else "   (not built)"
        print(f"{family:24} {count['agree']:5} of {total:5} agree, {count['contested']:3} contested{state}")


if __name__ == "__main__":
    sys.exit(main())
