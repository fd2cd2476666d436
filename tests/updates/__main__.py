"""Run the comparison, and keep or hold it against what was seen last."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import tempfile
from pathlib import Path

from .seen import Record, read_record, write_record
from .table import run, tools


def main() -> int:
    """Write what is seen, or with ``--check`` name what is seen otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.updates", description="Attacks on updates, compared.")
    parser.add_argument("--check", action="store_true", help="keep nothing; exit 1 where something else is seen")
    checking = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        # Nothing that this user's own installation trusts reaches the comparison.
        os.environ["XDG_DATA_HOME"] = str(Path(folder) / "home")
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        found = Record(tools(), tuple(run(Path(folder) / "run", now)))
    if not checking:
        write_record(found.tools, found.seen)
        return 0
    last = read_record()
    kept = {(each.form, each.what): each for each in last.seen}
    other = [each for each in found.seen if kept.get((each.form, each.what)) != each]
    for each in other:
        print(f"{each.row}, {each.form}: {each.what}\n  seen {each}\n  kept {kept.get((each.form, each.what))}")
    print(f"{len(found.seen) - len(other)} of {len(found.seen)} as kept; tools {dict(found.tools)}", file=sys.stderr)
    return 1 if other or len(found.seen) != len(last.seen) else 0


if __name__ == "__main__":
    sys.exit(main())
