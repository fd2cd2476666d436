"""Kill a service under load, thousands of times, and hold what is kept against what was answered.

    python -m tests.soak.kills [--kills 2000] [--seed 1] [--large]

In rounds of a hundred, each a service of its own; ``--large`` kills workers on PostgreSQL and S3 instead. A round that
fails says its seed and keeps its folder. Exit code: 0 where every round held, 1 where one did not.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

from api.store.blobs import open_blobs
from api.store.database import open_database
from attestations.faults import Fault
from tests.servers import ObjectStore, PostgreSQL, object_store, postgresql
from tests.service.killing import Load, Served, check_all, kill_again_and_again, kill_workers
from tests.service.nursery import Nursery

ROUND = 100

Servers = tuple[PostgreSQL, ObjectStore]


def main() -> int:
    """Kill as often as the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.kills", description="Kill a service under load.")
    parser.add_argument("--kills", type=int, default=2000, help="in all")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--large", action="store_true", help="workers, on PostgreSQL and S3")
    asked = parser.parse_args()
    with contextlib.closing(Nursery()) as nursery, _servers(large=asked.large) as servers:
        for number, done in enumerate(range(0, asked.kills, ROUND)):
            seed, kills = asked.seed + number, min(ROUND, asked.kills - done)
            folder = Path(tempfile.mkdtemp(prefix=f"kills-{seed}-"))
            try:
                verdicts = (
                    _large(nursery, folder, kills, seed, servers) if servers else _small(nursery, folder, kills, seed)
                )
            except (AssertionError, Fault):
                traceback.print_exc()
                print(f"seed {seed}, kept: {folder}", file=sys.stderr)
                return 1
            print(f"seed {seed}: {kills} kills, {verdicts} verdicts, each the right one, once", flush=True)
            shutil.rmtree(folder)
    return 0


@contextlib.contextmanager
def _servers(*, large: bool) -> Iterator[Servers | None]:
    if not large:
        yield None
        return
    with postgresql() as database, object_store() as objects:
        os.environ.update(objects.environment)
        yield database, objects


def _small(nursery: Nursery, folder: Path, kills: int, seed: int) -> int:
    load = Load(seed)
    kill_again_and_again(Served(nursery, folder, "--no-second-opinion"), load, kills, seed)
    with contextlib.closing(open_database(f"sqlite:///{folder}/data/countersign.sqlite")) as database:
        return check_all(database, open_blobs(f"file://{folder}/data/blobs"), load.answered)


def _large(nursery: Nursery, folder: Path, kills: int, seed: int, servers: Servers) -> int:
    database_server, objects = servers
    url, load = database_server.url(database_server.make_database()), Load(seed)
    blobs_url = objects.url()  # another with each call
    keeping = ("--database", url, "--blobs", blobs_url)
    served = Served(nursery, folder, "--judges=0", keeping=keeping, **objects.environment)
    kill_workers(served, load, kills, seed)
    with contextlib.closing(open_database(url)) as database:
        return check_all(database, open_blobs(blobs_url), load.answered)


if __name__ == "__main__":
    sys.exit(main())
