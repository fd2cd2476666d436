"""`countersign admin sweep` on a data directory as a service leaves it."""

from __future__ import annotations

import datetime
import functools
import hashlib
from pathlib import Path
from typing import cast

import pytest

from api.cli import main
from api.effects.clock import SystemClock
from api.serving.composing import Office, stored
from api.serving.settings import Setup
from api.signer.published import Published
from api.store.blobs import Blobs
from api.store.database import Database
from api.usecases.service.artifacts import store_artifact
from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.service import Service
from api.usecases.service.tokens import TokenWanted, list_tokens, make_token
from api.usecases.service.uploads import begin_upload, take_part
from tests.service.making import StandingClock, service_of
from tests.serving.begun import begun


def days_ago(days: int, setup: Setup, database: Database, blobs: Blobs) -> Office:
    """The operator's office as it was then."""
    clock = StandingClock(SystemClock().now() - datetime.timedelta(days=days))
    return Office(setup, database, blobs, clock, Published(setup.directory.signer / "published"))


def sweep_at(setup: Setup, capsys: pytest.CaptureFixture[str], *flags: str) -> str:
    assert main(["admin", "sweep", "--data", str(setup.data), *flags]) == 0
    return capsys.readouterr().out


def test_old_bytes_are_swept_and_young_ones_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    setup = begun(tmp_path / "data")
    with stored(setup) as (database, blobs):
        for days, content in ((40, b"old"), (20, b"young")):
            office = days_ago(days, setup, database, blobs)
            sha256 = hashlib.sha256(content).hexdigest()
            store_artifact(cast(Service, office), AT_THE_MACHINE, sha256, None, [content])

    sweep = functools.partial(sweep_at, setup, capsys)
    assert sweep() == "let go of the bytes of 1 artifact, 3 B\n"
    assert sweep() == "let go of the bytes of 0 artifacts, 0 B\n"
    assert sweep("--days", "10") == "let go of the bytes of 1 artifact, 5 B\n"


def test_uploads_that_nobody_finished_and_tokens_that_ended_are_swept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = begun(tmp_path / "data")
    with stored(setup) as (database, blobs):
        for days in (40, 20, 3):
            office = days_ago(days, setup, database, blobs)
            wanted = TokenWanted(f"{days} days old", ("operator",), life=datetime.timedelta(hours=1))
            make_token(office, AT_THE_MACHINE, wanted)
        held = set(blobs.names())
        for days in (9, 3):
            began = service_of(database, blobs, days_ago(days, setup, database, blobs).clock, None)
            upload = begin_upload(began, AT_THE_MACHINE, hashlib.sha256(b"whole").hexdigest(), None, 5).upload
            take_part(began, AT_THE_MACHINE, upload.id, 0, [b"who"])
        both = set(blobs.names()) - held
        assert len(both) == 2

    sweep = functools.partial(sweep_at, setup, capsys)
    went = sweep()
    assert went.endswith("; removed 1 upload that nobody finished; removed 1 token that ended\n")
    assert sweep() == "let go of the bytes of 0 artifacts, 0 B\n"
    with stored(setup) as (database, blobs):
        assert len(both & set(blobs.names())) == 1
        names = [token.name for token in list_tokens(days_ago(0, setup, database, blobs), AT_THE_MACHINE)]
    assert "40 days old" not in names
    assert {"20 days old", "3 days old"} <= set(names)
