"""`countersign admin sweep` on a data directory as a service leaves it."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import cast

import pytest

from api.cli import main
from api.effects.clock import SystemClock
from api.serving.composing import Office, stored
from api.signer.published import Published
from api.usecases.service.artifacts import store_artifact
from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.service import Service
from tests.service.making import StandingClock
from tests.serving.begun import begun


def test_old_bytes_are_swept_and_young_ones_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    setup = begun(tmp_path / "data")
    now = SystemClock().now()
    with stored(setup) as (database, blobs):
        for days, content in ((40, b"old"), (20, b"young")):
            clock = StandingClock(now - datetime.timedelta(days=days))
            office = Office(setup, database, blobs, clock, Published(setup.directory.signer / "published"))
            sha256 = hashlib.sha256(content).hexdigest()
            store_artifact(cast(Service, office), AT_THE_MACHINE, sha256, None, [content])

    def sweep(*flags: str) -> str:
        assert main(["admin", "sweep", "--data", str(setup.data), *flags]) == 0
        return capsys.readouterr().out

    assert sweep() == "let go of the bytes of 1 artifact, 3 B\n"
    assert sweep() == "let go of the bytes of 0 artifacts, 0 B\n"
    assert sweep("--days", "10") == "let go of the bytes of 1 artifact, 5 B\n"
