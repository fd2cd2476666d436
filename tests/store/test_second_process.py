"""A second process beside the one that serves: it comes and goes, and the first one's database stays whole."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from api.store.database import open_database
from api.store.faults import StoreFault

LOOK = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM tenants'); c.close()"


def test_a_process_that_looks_in_and_leaves_takes_no_file_away(tmp_path: Path) -> None:
    path = tmp_path / "countersign.db"
    with contextlib.closing(open_database(f"sqlite:///{path}")) as database:
        with contextlib.suppress(StoreFault):
            database.check_schema()  # which leaves a connection in the pool, as a first start does
        database.create()
        subprocess.run([sys.executable, "-c", LOOK, str(path)], check=True)
        assert path.with_name("countersign.db-wal").exists(), "it took the database for one that nobody had open"
    assert not path.with_name("countersign.db-wal").exists()
